//! `Journal`: a local file of presses, written before Slack is called and read when the console starts.
//!
//! One line of JSON each: a press, what came of its call, and that the database has both. What has no
//! such last line is recorded at the next start. A line reaches the operating system before the call
//! leaves, so a killed process loses nothing; a power cut may lose the last lines, and with them only the
//! note of who pressed, since Slack's answers come as events. The file is emptied when nothing is open.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use grantbook_core::request::Step;
use serde::{Deserialize, Serialize};

use super::Press;

/// Files tried, where other processes on this machine hold the first ones.
const SIBLINGS: usize = 16;
/// Bytes above which a file without open presses is emptied.
const EMPTY_ABOVE: u64 = 64 * 1024;

/// The journal cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("the journal of presses {path} cannot be used")]
pub struct JournalError {
    path: PathBuf,
    source: io::Error,
}

/// The file, or nothing where presses need not outlive the process (tests of other things).
#[derive(Debug, Default)]
pub struct Journal {
    inner: Option<Mutex<Inner>>,
    left: Mutex<Vec<Left>>,
}

#[derive(Debug)]
struct Inner {
    file: File,
    open: usize,
    bytes: u64,
}

/// What a stopped process had not recorded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Left {
    pub(crate) press: Press,
    /// What came of the call, where that was known.
    pub(crate) asked: Option<Step>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Press(Box<Press>),
    Asked { call: String, step: Box<Step> },
    Done(String),
}

impl Journal {
    /// Opens the file, or the next free sibling where another process holds it (`presses.journal.1` …), and
    /// reads what was left in it.
    pub fn open(origin: &Path) -> Result<Self, JournalError> {
        for number in 0..SIBLINGS {
            let path = sibling(origin, number);
            let fail = |source| JournalError {
                path: path.clone(),
                source,
            };
            let mut file = OpenOptions::new()
                .read(true)
                .append(true)
                .create(true)
                .open(&path)
                .map_err(fail)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(source)) => return Err(fail(source)),
            }
            let mut text = Vec::new();
            file.read_to_end(&mut text).map_err(fail)?;
            if !text.is_empty() && !text.ends_with(b"\n") {
                // Cut off in the middle of a line: the next one must not be glued to it.
                file.write_all(b"\n").map_err(fail)?;
            }
            let left = unfinished(&text);
            let journal = Self {
                inner: Some(Mutex::new(Inner {
                    open: left.len(),
                    bytes: text.len() as u64,
                    file,
                })),
                left: Mutex::new(left),
            };
            journal.adopt(origin, number);
            return Ok(journal);
        }
        Err(JournalError {
            path: origin.to_owned(),
            source: io::Error::other("all its siblings are in use"),
        })
    }

    /// Takes over what dead processes left in the siblings that nobody holds: written here first, removed
    /// there second, so that a stop in between records it twice, which changes nothing.
    fn adopt(&self, origin: &Path, ours: usize) {
        for number in (0..SIBLINGS).filter(|number| *number != ours) {
            let path = sibling(origin, number);
            let Ok(mut file) = OpenOptions::new().read(true).append(true).open(&path) else {
                continue;
            };
            let mut text = Vec::new();
            if file.try_lock().is_err() || file.read_to_end(&mut text).is_err() {
                continue;
            }
            let left = unfinished(&text);
            for Left { press, asked } in &left {
                self.press(press);
                if let Some(step) = asked {
                    self.asked(&press.call, step);
                }
            }
            if let Err(error) = file.set_len(0) {
                tracing::warn!(%error, "the journal of a dead process could not be emptied");
            }
            self.left.lock().unwrap_or_else(PoisonError::into_inner).extend(left);
        }
    }

    /// What was left by the process before; once.
    pub(crate) fn take_left(&self) -> Vec<Left> {
        std::mem::take(&mut self.left.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes a press. A full disk delays nothing: the call matters more than its note.
    pub(crate) fn press(&self, press: &Press) {
        self.append(&Line::Press(Box::new(press.clone())), 1);
    }

    /// Notes what came of the call.
    pub(crate) fn asked(&self, call: &str, step: &Step) {
        let line = Line::Asked {
            call: call.to_owned(),
            step: Box::new(step.clone()),
        };
        self.append(&line, 0);
    }

    /// Notes that the database has it.
    pub(crate) fn done(&self, call: &str) {
        self.append(&Line::Done(call.to_owned()), -1);
    }

    fn append(&self, line: &Line, opens: isize) {
        let Some(inner) = &self.inner else { return };
        let Ok(mut text) = serde_json::to_vec(line) else { return };
        text.push(b'\n');
        let mut inner = inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.open = inner.open.saturating_add_signed(opens);
        let written = if inner.open == 0 && inner.bytes > EMPTY_ABOVE {
            inner.bytes = 0;
            inner.file.set_len(0)
        } else {
            inner.bytes += text.len() as u64;
            inner.file.write_all(&text)
        };
        if let Err(error) = written {
            tracing::error!(%error, "the journal of presses could not be written");
        }
    }
}

fn sibling(path: &Path, number: usize) -> PathBuf {
    if number == 0 {
        return path.to_owned();
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

/// The presses without a last line, in order. Lines that cannot be read are passed over: a torn one is the
/// last thing a killed process wrote.
fn unfinished(text: &[u8]) -> Vec<Left> {
    let mut order = Vec::new();
    let mut open: BTreeMap<String, Left> = BTreeMap::new();
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(Line::Press(press)) => {
                order.push(press.call.clone());
                let left = Left {
                    press: *press,
                    asked: None,
                };
                open.insert(left.press.call.clone(), left);
            }
            Ok(Line::Asked { call, step }) => {
                if let Some(left) = open.get_mut(&call) {
                    left.asked = Some(*step);
                }
            }
            Ok(Line::Done(call)) => _ = open.remove(&call),
            Err(error) => tracing::warn!(%error, "a line of the journal of presses cannot be read"),
        }
    }
    order.iter().filter_map(|call| open.remove(call)).collect()
}

#[cfg(test)]
mod tests {
    use grantbook_core::{
        Timestamp,
        request::{Happening, Outcome, Via},
    };

    use super::*;
    use crate::progressive::Aim;

    fn press(call: &str) -> Press {
        Press {
            call: call.to_owned(),
            app: "insectoid".parse().unwrap(),
            app_row: 1,
            round: format!("1.2.{call}"),
            tenant: None,
            user: None,
            channel: None,
            kind: "interactive_message".to_owned(),
            subject: "perm_request_7".to_owned(),
            arrived_at: Timestamp::from_seconds(1),
            issued_at: None,
            via: Via::Button,
            verified_us: 5,
            aim: Aim::Stray {
                code: "unknown_callback".to_owned(),
            },
        }
    }

    fn step() -> Step {
        Step {
            at: Timestamp::from_seconds(2),
            what: Happening::Asked {
                round: "1.2.a".to_owned(),
                call: "a".to_owned(),
                verified_us: 5,
                left_us: 9,
                answered_us: 90,
                age_ms: 12,
                outcome: Outcome::Presented,
            },
        }
    }

    #[test]
    fn what_was_not_recorded_is_left_for_the_next_process_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("presses.journal");
        let journal = Journal::open(&path).unwrap();
        for call in ["b", "a", "c"] {
            journal.press(&press(call));
        }
        journal.asked("a", &step());
        journal.done("c");
        drop(journal);
        let again = Journal::open(&path).unwrap();
        let left = |call: &str, asked| Left {
            press: press(call),
            asked,
        };
        assert_eq!(again.take_left(), [left("b", None), left("a", Some(step()))]);
        assert_eq!(again.take_left(), []);
    }

    #[test]
    fn a_torn_line_costs_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("presses.journal");
        Journal::open(&path).unwrap().press(&press("a"));
        OpenOptions::new()
            .append(true)
            .open(&path)
            .unwrap()
            .write_all(b"{\"press\":{\"call\":\"b\",")
            .unwrap();
        let journal = Journal::open(&path).unwrap();
        journal.press(&press("d"));
        drop(journal);
        let calls: Vec<_> = Journal::open(&path)
            .unwrap()
            .take_left()
            .into_iter()
            .map(|left| left.press.call)
            .collect();
        assert_eq!(calls, ["a", "d"]);
    }

    #[test]
    fn a_second_process_writes_beside_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("presses.journal");
        let first = Journal::open(&path).unwrap();
        let second = Journal::open(&path).unwrap();
        second.press(&press("b"));
        drop((first, second));
        assert!(folder.path().join("presses.journal.1").exists());
    }

    #[test]
    fn what_a_dead_sibling_left_is_taken_over_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("presses.journal");
        let first = Journal::open(&path).unwrap();
        let second = Journal::open(&path).unwrap();
        second.press(&press("b"));
        drop(first);
        // The second still holds its file: nobody takes from it.
        let third = Journal::open(&path).unwrap();
        assert_eq!(third.take_left(), []);
        drop((second, third));
        let calls = |journal: &Journal| -> Vec<String> {
            journal.take_left().into_iter().map(|left| left.press.call).collect()
        };
        let fourth = Journal::open(&path).unwrap();
        assert_eq!(calls(&fourth), ["b"]);
        fourth.done("b");
        drop(fourth);
        assert_eq!(calls(&Journal::open(&path).unwrap()), [""; 0]);
    }

    #[test]
    fn a_file_without_open_presses_does_not_grow_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("presses.journal");
        let journal = Journal::open(&path).unwrap();
        for n in 0..1_000 {
            journal.press(&press(&n.to_string()));
            journal.done(&n.to_string());
        }
        assert!(std::fs::metadata(&path).unwrap().len() < 2 * EMPTY_ABOVE);
    }
}
