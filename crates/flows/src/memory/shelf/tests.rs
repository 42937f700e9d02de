//! A shelf between a database that changes and whoever reads it.

use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use super::*;

const ROOM: usize = 1_000;

/// Reads at once, and keeps it.
fn fill(shelf: &Shelf<u8, u64>, key: u8, value: u64, weight: usize) {
    shelf.begin(&key).keep(Arc::new(value), weight);
}

fn kept(shelf: &Shelf<u8, u64>, key: u8) -> Option<u64> {
    shelf.get(&key).map(|value| *value)
}

#[test]
fn what_was_read_is_kept_until_it_changes() {
    let shelf = Shelf::new(ROOM);
    assert_eq!(kept(&shelf, 1), None);
    fill(&shelf, 1, 10, 1);
    fill(&shelf, 2, 20, 1);
    assert_eq!(kept(&shelf, 1), Some(10));
    shelf.forget(&1);
    assert_eq!((kept(&shelf, 1), kept(&shelf, 2)), (None, Some(20)));
    shelf.forget_all();
    assert_eq!(kept(&shelf, 2), None);
    assert_eq!(shelf.read().weight, 0);
}

#[test]
fn what_changed_while_it_was_read_is_not_kept() {
    let shelf: Shelf<u8, u64> = Shelf::new(ROOM);
    let ways: [fn(&Shelf<u8, u64>); 2] = [|shelf| shelf.forget(&1), Shelf::forget_all];
    for forget in ways {
        let reading = shelf.begin(&1);
        forget(&shelf);
        let later = shelf.begin(&1);
        reading.keep(Arc::new(1), 1);
        assert_eq!(kept(&shelf, 1), None);
        later.keep(Arc::new(2), 1);
        assert_eq!(kept(&shelf, 1), Some(2), "who began after the change saw it");
        shelf.forget(&1);
    }
    assert!(shelf.read().readings.is_empty());
}

#[test]
fn a_reading_that_ends_without_a_value_leaves_nothing() {
    let shelf: Shelf<u8, u64> = Shelf::new(ROOM);
    drop(shelf.begin(&1));
    assert!(shelf.read().readings.is_empty() && kept(&shelf, 1).is_none());
}

#[test]
fn what_was_used_longest_ago_makes_room() {
    let shelf = Shelf::new(80);
    for key in 0..8 {
        fill(&shelf, key, u64::from(key), 10);
    }
    assert_eq!(kept(&shelf, 0), Some(0));
    fill(&shelf, 8, 8, 10);
    assert_eq!((kept(&shelf, 0), kept(&shelf, 8)), (Some(0), Some(8)));
    assert_eq!((kept(&shelf, 1), kept(&shelf, 2)), (None, None));
    assert!(shelf.read().weight <= 80);
    fill(&shelf, 9, 9, 81);
    assert_eq!(kept(&shelf, 9), None, "what does not fit at all is not kept");
}

/// What happens to one key, in any order.
#[derive(Clone, Debug)]
enum Event {
    /// The database changes; the notice comes later.
    Commit,
    /// All notices so far come.
    Notice,
    /// Somebody begins to read and sees the database as it is.
    Begin,
    /// The oldest reading ends.
    End,
    /// Notices were missed, and that is known.
    Missed,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        3 => Just(Event::Commit),
        3 => Just(Event::Notice),
        4 => Just(Event::Begin),
        4 => Just(Event::End),
        1 => Just(Event::Missed),
    ];
    proptest::collection::vec(event, 0..60)
}

proptest! {
    /// After the notice of a commit nothing older than the commit is on the shelf, whoever read when.
    #[test]
    fn nothing_older_than_the_last_notice_is_found(events in events()) {
        let shelf: Shelf<u8, u64> = Shelf::new(ROOM);
        let (mut database, mut noticed) = (0_u64, 0_u64);
        let mut readings = std::collections::VecDeque::new();
        for event in events {
            match event {
                Event::Commit => database += 1,
                Event::Notice => { shelf.forget(&1); noticed = database; }
                Event::Missed => { shelf.forget_all(); noticed = database; }
                Event::Begin => readings.push_back((shelf.begin(&1), database)),
                Event::End => if let Some((reading, seen)) = readings.pop_front() {
                    reading.keep(Arc::new(seen), 1);
                },
            }
            if let Some(value) = kept(&shelf, 1) {
                prop_assert!(value >= noticed, "{value} is kept after the notice of {noticed}");
            }
        }
    }
}

#[test]
fn under_fire_nobody_finds_what_is_older_than_the_last_notice() {
    let shelf: Shelf<u8, u64> = Shelf::new(ROOM);
    let (database, noticed, done) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    let at_least = noticed.load(Ordering::SeqCst);
                    if let Some(value) = shelf.get(&1) {
                        assert!(*value >= at_least, "{value} after the notice of {at_least}");
                        continue;
                    }
                    let reading = shelf.begin(&1);
                    let seen = database.load(Ordering::SeqCst);
                    std::thread::yield_now();
                    reading.keep(Arc::new(seen), 1);
                }
            });
        }
        for round in 1..=20_000 {
            database.store(round, Ordering::SeqCst);
            shelf.forget(&1);
            noticed.store(round, Ordering::SeqCst);
            if round % 64 == 0 {
                std::thread::yield_now();
            }
        }
        done.store(true, Ordering::SeqCst);
    });
    assert!(shelf.read().readings.is_empty());
    if let Some(value) = shelf.get(&1) {
        assert_eq!(*value, 20_000);
    }
}
