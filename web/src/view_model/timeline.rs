//! Entries grouped by day, for the timeline.

use grantbook_core::{Timestamp, ledger::Hash, view::EntryView};
use time::Date;

use super::time_words;

/// One day's entries, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// Which day, in UTC.
    pub date: Date,
    /// Its entries.
    pub entries: Vec<EntryView>,
}

/// Entries by day, in the order given.
pub fn by_day(entries: &[EntryView]) -> Vec<Day> {
    entries
        .chunk_by(|a, b| time_words::day(a.at) == time_words::day(b.at))
        .filter_map(|chunk| Some(Day { date: time_words::day(chunk.first()?.at), entries: chunk.to_vec() }))
        .collect()
}

/// First and last four digits: `9f2c…71ab`.
pub fn short_hash(hash: &Hash) -> String {
    let text = hash.to_string();
    format!("{}…{}", text.get(..4).unwrap_or_default(), text.get(60..).unwrap_or_default())
}

/// The heading of a day.
pub fn heading(date: Date, now: Timestamp) -> String {
    time_words::day_heading(date, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_known_by_its_ends() {
        let hash: Hash = "9f2c000000000000000000000000000000000000000000000000000000a071ab".parse().unwrap();
        assert_eq!(short_hash(&hash), "9f2c…71ab");
    }
}
