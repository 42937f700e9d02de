//! Entries grouped by day, for the timeline.

use grantbook_core::{
    Timestamp,
    ledger::Hash,
    view::{EntryView, Page},
};
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
        .filter_map(|chunk| {
            Some(Day {
                date: time_words::day(chunk.first()?.at),
                entries: chunk.to_vec(),
            })
        })
        .collect()
}

/// Entries of one ledger seen so far, newest first, and where the rest begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The entries.
    pub entries: Vec<EntryView>,
    /// The cursor of what follows; absent at the end.
    pub next: Option<String>,
}

impl Seen {
    /// Takes in the newest page again. If it no longer meets what was seen, it begins anew, since
    /// entries between the two would be missing.
    #[must_use]
    pub fn refreshed(&self, page: &Page<EntryView>) -> Self {
        let is_known = |entry: &EntryView| page.items.iter().any(|other| other.seq == entry.seq);
        let older = match self.entries.iter().rposition(is_known) {
            Some(last) => self.entries.get(last + 1..).unwrap_or_default(),
            None => &[],
        };
        let next = if older.is_empty() {
            page.next_cursor.clone()
        } else {
            self.next.clone()
        };
        Self {
            entries: page.items.iter().chain(older).cloned().collect(),
            next,
        }
    }

    /// Adds the page that follows.
    #[must_use]
    pub fn extended(mut self, page: Page<EntryView>) -> Self {
        self.next = page.next_cursor;
        let is_fresh = |entry: &EntryView| self.entries.iter().all(|other| other.seq != entry.seq);
        let fresh: Vec<EntryView> = page.items.into_iter().filter(is_fresh).collect();
        self.entries.extend(fresh);
        self
    }
}

/// First and last four digits: `9f2c…71ab`.
pub fn short_hash(hash: &Hash) -> String {
    let text = hash.to_string();
    format!(
        "{}…{}",
        text.get(..4).unwrap_or_default(),
        text.get(60..).unwrap_or_default()
    )
}

/// The heading of a day.
pub fn heading(date: Date, now: Timestamp) -> String {
    time_words::day_heading(date, now)
}

#[cfg(test)]
mod tests {
    use grantbook_core::{Fact, Source};

    use super::*;

    fn entry(seq: u64) -> EntryView {
        let at = Timestamp::from_seconds(i64::try_from(seq).unwrap() * 40_000);
        EntryView {
            installation: "insectoid.T061EG9R6".parse().unwrap(),
            app: "insectoid".parse().unwrap(),
            app_name: "Insectoid".to_owned(),
            tenant: "T061EG9R6".parse().unwrap(),
            tenant_name: "Northwind HQ".to_owned(),
            seq,
            at,
            recorded_at: at,
            event_id: format!("Ev{seq}"),
            kind: "uninstalled".to_owned(),
            source: Source::Event,
            actor: None,
            actor_name: None,
            scopes: Vec::new(),
            resources: Vec::new(),
            names: std::collections::BTreeMap::new(),
            request: None,
            fact: Fact::Uninstalled,
            hash: Hash::default(),
        }
    }

    fn page(seqs: &[u64], next: Option<&str>) -> Page<EntryView> {
        Page {
            items: seqs.iter().map(|seq| entry(*seq)).collect(),
            next_cursor: next.map(ToOwned::to_owned),
        }
    }

    fn known(seen: &Seen) -> (Vec<u64>, Option<&str>) {
        (
            seen.entries.iter().map(|entry| entry.seq).collect(),
            seen.next.as_deref(),
        )
    }

    #[test]
    fn days_have_their_entries() {
        let days = by_day(&page(&[7, 6, 5, 4], None).items);
        let counts: Vec<usize> = days.iter().map(|day| day.entries.len()).collect();
        assert_eq!(counts, [1, 2, 1]);
        assert!(by_day(&[]).is_empty());
    }

    #[test]
    fn reading_again_keeps_what_was_seen_further_down() {
        let seen = Seen::default()
            .refreshed(&page(&[5, 4], Some("a")))
            .extended(page(&[3, 2], Some("b")));
        assert_eq!(known(&seen), (vec![5, 4, 3, 2], Some("b")));
        assert_eq!(
            known(&seen.refreshed(&page(&[6, 5], Some("c")))),
            (vec![6, 5, 4, 3, 2], Some("b"))
        );
        assert_eq!(
            known(&seen.refreshed(&page(&[5, 4], Some("a")))),
            (vec![5, 4, 3, 2], Some("b"))
        );
        assert_eq!(
            known(&seen.clone().extended(page(&[2, 1], None))),
            (vec![5, 4, 3, 2, 1], None)
        );
    }

    #[test]
    fn where_entries_would_be_missing_in_between_it_begins_anew() {
        let seen = Seen::default()
            .refreshed(&page(&[5, 4], Some("a")))
            .extended(page(&[3, 2], None));
        assert_eq!(
            known(&seen.refreshed(&page(&[9, 8], Some("c")))),
            (vec![9, 8], Some("c"))
        );
    }

    #[test]
    fn a_hash_is_known_by_its_ends() {
        let hash: Hash = "9f2c000000000000000000000000000000000000000000000000000000a071ab"
            .parse()
            .unwrap();
        assert_eq!(short_hash(&hash), "9f2c…71ab");
    }
}
