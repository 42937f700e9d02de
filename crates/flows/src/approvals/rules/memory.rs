//! `InForce`: the rules that decide now, kept in memory as long as they surely do.
//!
//! Read on the first question, forgotten at the notice that others came into force or into shadow. Where it is not
//! known that notices arrive (`Store::heard_until`), every question goes to the database.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use grantbook_core::approval::Rules;
use grantbook_store::{
    Store, StoreError,
    approvals::StoredRules,
    notices::{News, Watcher},
};
use tokio::time::Instant;

use super::past::Past;
use crate::{House, memory::Shelf};

/// What is kept is read again after so long, whatever was heard.
const LONGEST: Duration = Duration::from_secs(60);

/// The rules that decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InForce {
    /// Their version; 0 before the first, when nothing is decided by rules.
    pub version: u64,
    /// The rules.
    pub rules: Rules,
    /// The version in shadow, and its rules.
    pub shadow: Option<(u64, Rules)>,
}

/// What was read, and when.
#[derive(Debug)]
struct Read {
    rules: Arc<InForce>,
    at: Instant,
}

/// What the house keeps of rules in memory.
pub(crate) struct RulesMemory {
    now: Arc<Shelf<(), Read>>,
    /// What backtests look at.
    pub(super) past: Past,
}

impl Watcher for Shelf<(), Read> {
    fn told(&self, news: News<'_>) {
        match news {
            News::Rules | News::Missed => self.forget(&()),
            News::Installation(_) | News::Key(_) => {}
        }
    }
}

impl RulesMemory {
    /// Empty, and told of what `store` hears.
    pub(crate) fn of(store: &Store) -> Self {
        let shelf = Arc::new(Shelf::new(1));
        let watcher: Weak<Shelf<_, _>> = Arc::downgrade(&shelf);
        store.watch(watcher);
        Self {
            now: shelf,
            past: Past::default(),
        }
    }

    async fn now(&self, store: &Store) -> Result<Arc<InForce>, StoreError> {
        let heard = store.heard_until().is_some();
        if heard
            && let Some(read) = self.now.get(&())
            && read.at.elapsed() < LONGEST
        {
            return Ok(Arc::clone(&read.rules));
        }
        let at = Instant::now();
        let reading = self.now.begin(&());
        let rules = Arc::new(read(store).await?);
        if heard {
            let rules = Arc::clone(&rules);
            reading.keep(Arc::new(Read { rules, at }), 1);
        }
        Ok(rules)
    }
}

async fn read(store: &Store) -> Result<InForce, StoreError> {
    let now = store.rules_now().await?;
    let rules = now.in_force.map(|found| found.rules).unwrap_or_default();
    let shadow = |found: StoredRules| (found.standing.version, found.rules);
    Ok(InForce {
        version: rules.version,
        rules,
        shadow: now.shadow.map(shadow),
    })
}

/// The rules that decide now, and those in shadow. Before the first version there are none: everything is left to
/// people.
pub async fn in_force(house: &House) -> Result<Arc<InForce>, StoreError> {
    house.rules.now(&house.store).await
}
