//! Query strings, read: the other half of [`crate::address::query`].

/// The pairs of a query string, with or without its question mark, decoded. What is not text is dropped.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    let query = query.strip_prefix('?').unwrap_or(query);
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}

/// A query string as pages read theirs: the value of a parameter by its name.
pub(super) fn parameters(query: &str) -> impl Fn(&str) -> Option<String> + use<> {
    let pairs = pairs(query);
    move |name| {
        pairs
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    }
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address;

    #[test]
    fn what_was_written_is_read_back() {
        for value in ["field & ops", "a=b", "100 %", "#général+1", "2026-11-21T22:28:04Z"] {
            assert_eq!(
                pairs(&address::query(&[("q", value)])),
                [("q".to_owned(), value.to_owned())]
            );
        }
    }

    #[test]
    fn malformed_pairs_are_dropped() {
        let read = pairs("?a=1&&b&c=%zz&d=%ff&e=x+y");
        let read: Vec<(&str, &str)> = read.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(read, [("a", "1"), ("b", ""), ("e", "x y")]);
    }
}
