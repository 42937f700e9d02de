//! What the writer keeps in memory of the installations it appends to, so that it need not read them back.

use std::collections::{BTreeMap, HashMap};

use grantbook_core::{Entry, Grants, OrderKey, grants};

use crate::ledger::Head;

/// Entries of one installation kept for late arrivals.
const TAIL: usize = 512;
/// Installations kept; beyond it the cache starts anew.
const KEPT: usize = 1_024;

/// What is known in memory of one installation.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) head: Head,
    pub(super) grants: Grants,
    /// The fold of everything before `tail`; `None` when what came before was never loaded.
    base: Option<Grants>,
    tail: BTreeMap<OrderKey, Entry>,
}

impl Kept {
    /// As the database has it. With nothing in the ledger yet, everything is known.
    pub(super) fn stored(head: Head, grants: Grants) -> Self {
        let base = (head.seq == 0).then(Grants::default);
        Self {
            head,
            grants,
            base,
            tail: BTreeMap::new(),
        }
    }

    /// Takes appended entries in; answers `false` when the ledger itself must be folded again.
    pub(super) fn take(&mut self, entries: &[Entry]) -> bool {
        let mut late = false;
        for entry in entries {
            late |= self.grants.apply(entry).is_err();
            self.tail
                .entry(entry.draft.key.clone())
                .or_insert_with(|| entry.clone());
            self.head = Head {
                seq: entry.seq,
                hash: entry.hash,
            };
        }
        if late && !self.fold_again() {
            return false;
        }
        self.shorten();
        true
    }

    /// Folds everything again from the whole ledger.
    pub(super) fn reload(&mut self, entries: impl IntoIterator<Item = Entry>) {
        self.tail = BTreeMap::new();
        for entry in entries {
            self.tail.entry(entry.draft.key.clone()).or_insert(entry);
        }
        self.base = Some(Grants::default());
        self.grants = grants::fold(self.tail.values());
        self.shorten();
    }

    fn fold_again(&mut self) -> bool {
        let Some(base) = &self.base else { return false };
        let reaches = match (&base.last, self.tail.first_key_value()) {
            (Some(last), Some((first, _))) => last < first,
            _ => true,
        };
        if reaches {
            self.grants = grants::fold_onto(base.clone(), self.tail.values());
        }
        reaches
    }

    /// Folds the older half of a long tail into the base.
    fn shorten(&mut self) {
        if self.tail.len() <= TAIL {
            return;
        }
        let Some(split) = self.tail.keys().nth(self.tail.len() / 2).cloned() else {
            return;
        };
        let newer = self.tail.split_off(&split);
        let older = std::mem::replace(&mut self.tail, newer);
        self.base = self.base.take().map(|base| grants::fold_onto(base, older.values()));
    }
}

/// Installations in memory, for the one writer that appends most.
#[derive(Debug, Default)]
pub struct Cache {
    pub(super) kept: HashMap<i64, Kept>,
}

impl Cache {
    /// Forgets everything, as after a transaction that did not commit.
    pub fn clear(&mut self) {
        self.kept.clear();
    }

    /// Makes room for `more` installations.
    pub(super) fn make_room(&mut self, more: usize) {
        if self.kept.len() + more > KEPT {
            self.clear();
        }
    }
}
