//! The hash chain: what was altered, left out or doubled is found.

use super::{Entry, Fact, default_install, entry, granted};
use crate::{
    InstallationKey, ResourceType, Timestamp,
    ledger::{BrokenChain, Hash, chain, verify},
};

fn key() -> InstallationKey {
    "insectoid.T061EG9R6".parse().unwrap()
}

fn ledger() -> Vec<Entry> {
    let facts = [
        default_install(),
        granted(ResourceType::Team, &["users:read"]),
        Fact::Uninstalled,
        default_install(),
    ];
    let mut previous = Hash::default();
    (1..)
        .zip(facts)
        .map(|(seq, fact)| {
            let mut entry = entry(seq, 100 + i64::try_from(seq).unwrap(), None, fact);
            entry.previous = previous;
            entry.hash = chain(previous, &key(), seq, &entry.draft);
            previous = entry.hash;
            entry
        })
        .collect()
}

fn check(entries: &[Entry]) -> Result<(u64, Hash), BrokenChain> {
    verify(&key(), (0, Hash::default()), entries)
}

#[test]
fn a_whole_chain_ends_in_its_head() {
    let entries = ledger();
    assert_eq!(check(&entries), Ok((4, entries[3].hash)));
    let head = check(&entries[..2]).unwrap();
    assert_eq!(
        verify(&key(), head, &entries[2..]),
        Ok((4, entries[3].hash)),
        "in parts too"
    );
    assert_eq!(check(&[]), Ok((0, Hash::default())));
}

#[test]
fn an_altered_entry_is_found() {
    let alterations: [fn(&mut Entry); 5] = [
        |entry| entry.draft.fact = Fact::Uninstalled,
        |entry| entry.draft.key.seconds += 1,
        |entry| entry.draft.recorded_at = Timestamp::from_seconds(7),
        |entry| entry.draft.actor = Some("U7".parse().unwrap()),
        |entry| entry.hash.0[31] ^= 1,
    ];
    for alter in alterations {
        let mut entries = ledger();
        alter(&mut entries[1]);
        assert_eq!(check(&entries), Err(BrokenChain::Hash { seq: 2 }));
    }
}

#[test]
fn an_altered_entry_with_a_hash_to_match_breaks_the_next() {
    let mut entries = ledger();
    entries[1].draft.fact = Fact::Uninstalled;
    entries[1].hash = chain(entries[1].previous, &key(), 2, &entries[1].draft);
    assert_eq!(check(&entries), Err(BrokenChain::Hash { seq: 3 }));
}

#[test]
fn a_missing_or_doubled_or_swapped_entry_is_found() {
    let mut entries = ledger();
    entries.remove(1);
    assert_eq!(check(&entries), Err(BrokenChain::Number { expected: 2, found: 3 }));
    let mut entries = ledger();
    entries.insert(2, entries[1].clone());
    assert_eq!(check(&entries), Err(BrokenChain::Number { expected: 3, found: 2 }));
    let mut entries = ledger();
    entries.swap(1, 2);
    assert_eq!(check(&entries), Err(BrokenChain::Number { expected: 2, found: 3 }));
}

#[test]
fn an_entry_of_another_installation_does_not_fit() {
    let other = "insectoid.T0000".parse().unwrap();
    assert_eq!(
        verify(&other, (0, Hash::default()), &ledger()),
        Err(BrokenChain::Hash { seq: 1 })
    );
}

#[test]
fn a_hash_reads_back_as_written() {
    let hash = ledger()[0].hash;
    assert_eq!(hash.to_string().parse(), Ok(hash));
    assert_eq!(hash.to_string().len(), 64);
}
