//! `Lines`: on which line of a rules file each field stands.

use std::collections::BTreeMap;

/// Paths such as `rules[2].when.all[1]`, and the line (from 1) on which each begins.
#[derive(Debug, Default)]
pub(in crate::approval) struct Lines(BTreeMap<String, usize>);

impl Lines {
    /// Notes where a field begins.
    #[cfg(feature = "toml")]
    pub(in crate::approval) fn note(&mut self, path: &str, line: usize) {
        self.0.entry(path.to_owned()).or_insert(line);
    }

    /// The line of the field, or of the nearest thing around it that is written down.
    pub(super) fn of(&self, path: &str) -> Option<usize> {
        let mut path = path;
        loop {
            if let Some(line) = self.0.get(path) {
                return Some(*line);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }

    /// Of a text that is known to be JSON.
    pub(super) fn of_json(text: &str) -> Self {
        let mut walk = Walk {
            bytes: text.as_bytes(),
            at: 0,
            line: 1,
            lines: Self::default(),
        };
        walk.value("");
        walk.lines
    }
}

/// The path of a field inside another.
pub(in crate::approval) fn field_of(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// A place in a JSON text.
struct Walk<'t> {
    bytes: &'t [u8],
    at: usize,
    line: usize,
    lines: Lines,
}

impl Walk<'_> {
    /// The next byte that is not white space, not taken.
    fn next(&mut self) -> Option<u8> {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => self.line += 1,
                b' ' | b'\t' | b'\r' => {}
                other => return Some(other),
            }
            self.at += 1;
        }
        None
    }

    fn value(&mut self, path: &str) {
        match self.next() {
            Some(b'{') => self.items(b'}', |walk, _| {
                let line = walk.line;
                let path = field_of(path, &walk.text());
                // The last of two equal keys is the one that counts.
                walk.lines.0.insert(path.clone(), line);
                walk.next();
                walk.at += 1;
                walk.value(&path);
            }),
            Some(b'[') => self.items(b']', |walk, number| {
                let path = format!("{path}[{number}]");
                walk.lines.0.insert(path.clone(), walk.line);
                walk.value(&path);
            }),
            Some(b'"') => {
                self.text();
            }
            _ => {
                let rest = &self.bytes[self.at..];
                let end = rest.iter().position(|b| b",]} \t\r\n".contains(b));
                self.at += end.unwrap_or(rest.len());
            }
        }
    }

    /// From the opening bracket to behind the closing one.
    fn items(&mut self, close: u8, mut item: impl FnMut(&mut Self, usize)) {
        self.at += 1;
        for number in 0.. {
            match self.next() {
                Some(byte) if byte != close => item(self, number),
                _ => break,
            }
            if self.next() == Some(b',') {
                self.at += 1;
            }
        }
        self.at += 1;
    }

    /// A text in quotes.
    fn text(&mut self) -> String {
        let begin = self.at;
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at).filter(|byte| **byte != b'"') {
            self.at += if byte == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        let written = self.bytes.get(begin..self.at).unwrap_or_default();
        serde_json::from_slice(written).unwrap_or_default()
    }
}
