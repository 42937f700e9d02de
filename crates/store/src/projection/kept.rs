//! What the writer keeps in memory of the installations it appends to, so that it need not read them back.

use std::collections::{BTreeMap, HashMap};

use grantbook_core::{Entry, Grants, OrderKey, Tenant, grants};

use crate::{entity::installations, ledger::Head};

/// Entries of one installation kept for late arrivals.
const TAIL: usize = 512;
/// Installations kept; beyond it the cache starts anew.
const KEPT: usize = 1_024;

/// Tenants whose installations are remembered; beyond it they are looked up anew.
const HOMES: usize = 65_536;

/// What is known in memory of one installation.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// The row as it was last read or written.
    pub(super) row: installations::Model,
    pub(super) head: Head,
    pub(super) grants: Grants,
    /// The fold of everything before `tail`; `None` when what came before was never loaded.
    base: Option<Grants>,
    tail: BTreeMap<OrderKey, Entry>,
}

impl Kept {
    /// As the database has it. With nothing in the ledger yet, everything is known.
    pub(super) fn stored(row: installations::Model, head: Head, grants: Grants) -> Self {
        let base = (head.seq == 0).then(Grants::default);
        Self {
            row,
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
    homes: HashMap<(i64, String), i64>,
}

impl Cache {
    /// Forgets everything, as after a transaction that did not commit.
    pub fn clear(&mut self) {
        self.kept.clear();
        self.homes.clear();
    }

    /// The installation of an app in a tenant, as far as it was looked up.
    pub(crate) fn home(&self, app: i64, tenant: &Tenant) -> Option<i64> {
        self.homes.get(&(app, tenant.to_string())).copied()
    }

    /// Keeps what was looked up.
    pub(crate) fn remember_home(&mut self, app: i64, tenant: String, installation: i64) {
        if self.homes.len() >= HOMES {
            self.homes.clear();
        }
        self.homes.insert((app, tenant), installation);
    }

    /// Makes room for `more` installations.
    pub(super) fn make_room(&mut self, more: usize) {
        if self.kept.len() + more > KEPT {
            self.kept.clear();
        }
    }
}
