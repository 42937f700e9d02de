//! `Book`: who called what, counted until it is written down.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use grantbook_core::{InstallationKey, Timestamp};

/// How long calls are counted before they are written down, in microseconds.
const MINUTE: i64 = 60_000_000;

/// What one line of the audit log is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Line {
    pub(crate) who: String,
    pub(crate) key: InstallationKey,
    pub(crate) holder: String,
    pub(crate) method: String,
}

#[derive(Debug)]
struct Count {
    since: Timestamp,
    /// Calls that no line tells of yet.
    calls: u64,
}

/// The lines that are open.
#[derive(Debug, Default)]
pub(crate) struct Book(Mutex<HashMap<Line, Count>>);

impl Book {
    /// Counts a call; true for the first of a minute, which the caller writes down.
    pub(super) fn count(&self, line: &Line, now: Timestamp) -> bool {
        let mut open = self.lock();
        if let Some(count) = open.get_mut(line) {
            count.calls += 1;
            return false;
        }
        open.insert(line.clone(), Count { since: now, calls: 0 });
        true
    }

    /// The first call could not be written down, and was not made.
    pub(super) fn strike(&self, line: &Line) {
        let mut open = self.lock();
        if open.get(line).is_some_and(|count| count.calls == 0) {
            open.remove(line);
        }
    }

    /// What is to be written now: lines whose minute is over, or all of them.
    pub(super) fn due(&self, now: Timestamp, all: bool) -> Vec<(Line, u64)> {
        let mut open = self.lock();
        let over = |count: &Count| all || now.micros().saturating_sub(count.since.micros()) >= MINUTE;
        let mut due = Vec::new();
        open.retain(|line, count| {
            if !over(count) {
                return true;
            }
            if count.calls == 0 {
                return false;
            }
            due.push((line.clone(), count.calls));
            // While calls go on, there is a line a minute.
            *count = Count { since: now, calls: 0 };
            !all
        });
        due
    }

    /// They could not be written down.
    pub(super) fn put_back(&self, line: &Line, calls: u64, now: Timestamp) {
        let mut open = self.lock();
        let count = open.entry(line.clone()).or_insert(Count { since: now, calls: 0 });
        count.calls += calls;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Line, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(method: &str) -> Line {
        Line {
            who: "key:4f2a".to_owned(),
            key: "insectoid.T061EG9R6".parse().unwrap(),
            holder: "app".to_owned(),
            method: method.to_owned(),
        }
    }

    #[test]
    fn there_is_a_line_for_the_first_call_and_one_a_minute_for_the_others() {
        let (book, post) = (Book::default(), line("chat.postMessage"));
        let at = Timestamp::from_seconds;
        assert!(book.count(&post, at(0)), "the first is written down at once");
        for second in 1..=9 {
            assert!(!book.count(&post, at(second)));
        }
        assert!(book.count(&line("auth.test"), at(9)), "another method has its own line");
        assert_eq!(book.due(at(59), false), []);
        assert_eq!(book.due(at(60), false), [(post.clone(), 9)]);
        assert!(!book.count(&post, at(61)), "the minute after is counted as well");
        assert_eq!(book.due(at(119), false), []);
        assert_eq!(book.due(at(120), false), [(post.clone(), 1)]);
        assert_eq!(book.due(at(180), false), []);
        assert!(book.count(&post, at(181)), "a quiet minute closes the line");
    }

    #[test]
    fn at_the_end_everything_is_written() {
        let (book, post) = (Book::default(), line("chat.postMessage"));
        let at = Timestamp::from_seconds;
        book.count(&post, at(0));
        book.count(&post, at(1));
        assert_eq!(book.due(at(2), true), [(post.clone(), 1)]);
        assert_eq!(book.due(at(2), true), []);
        book.put_back(&post, 1, at(2));
        assert_eq!(book.due(at(2), true), [(post, 1)]);
    }

    #[test]
    fn a_call_that_was_not_made_is_not_counted() {
        let (book, post) = (Book::default(), line("chat.postMessage"));
        let at = Timestamp::from_seconds(0);
        assert!(book.count(&post, at));
        book.strike(&post);
        assert!(book.count(&post, at));
    }
}
