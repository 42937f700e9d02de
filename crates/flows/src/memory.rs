//! `memory`: how installations stand, kept in memory as long as it is surely so.
//!
//! Read on the first question, forgotten at the first notice. Where it is not known that notices arrive
//! (`Store::heard_until`), every question goes to the database.

mod shelf;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use grantbook_core::{Grants, InstallationKey, ResourceId, Tenant, request::RequestId};
use grantbook_store::{
    Store, StoreError,
    notices::{News, Watcher},
    standing::Standing,
};
use tokio::time::Instant;

pub(crate) use shelf::Shelf;

/// How much is kept, in bytes, by estimate.
const LIMIT: usize = 64 << 20;
/// What one mark or name weighs with all around it, by estimate.
const MARK: usize = 240;
/// What an installation weighs besides.
const INSTALLATION: usize = 640;
/// Names asked for that the grants do not mention, kept for each installation.
const STRANGERS: usize = 64;
/// What is kept is read again after so long, whatever was heard.
const LONGEST: Duration = Duration::from_secs(60);

/// How installations stand.
#[derive(Clone)]
pub(crate) struct Memory(Arc<Shelf<InstallationKey, Known>>);

/// One installation, as it was read.
#[derive(Debug)]
pub(crate) struct Known {
    row: i64,
    /// What it may do.
    pub(crate) grants: Grants,
    /// Names of what and who is in the grants.
    pub(crate) names: BTreeMap<String, String>,
    read_at: Instant,
    strangers: Mutex<BTreeMap<String, Option<String>>>,
    requests: Mutex<BTreeMap<u64, Option<RequestId>>>,
}

/// How an installation stands, and how long ago that was surely so.
#[derive(Clone, Debug)]
pub(crate) struct Current {
    pub(crate) known: Arc<Known>,
    pub(crate) age: Duration,
}

impl Watcher for Shelf<InstallationKey, Known> {
    fn told(&self, news: News<'_>) {
        match news {
            News::Installation(key) => self.forget(key),
            News::Missed => self.forget_all(),
            News::Key(_) | News::Rules => {}
        }
    }
}

impl Memory {
    /// Empty, and told of what `store` hears.
    pub(crate) fn of(store: &Store) -> Self {
        let shelf = Arc::new(Shelf::new(LIMIT));
        let watcher: Weak<Shelf<_, _>> = Arc::downgrade(&shelf);
        store.watch(watcher);
        Self(shelf)
    }

    /// How an installation stands; `None` for an unknown one.
    pub(crate) async fn current(&self, store: &Store, key: &InstallationKey) -> Result<Option<Current>, StoreError> {
        // Before looking: what is found afterwards is at least as new as what was heard until then.
        let heard = store.heard_until();
        if let Some(age) = heard
            && let Some(known) = self.0.get(key)
        {
            let read = known.read_at.elapsed();
            if read < LONGEST {
                let age = age.min(read);
                return Ok(Some(Current { known, age }));
            }
        }
        let read_at = Instant::now();
        let reading = self.0.begin(key);
        let Some(standing) = store.standing(key).await? else {
            return Ok(None);
        };
        let known = Arc::new(Known::new(standing, read_at));
        if heard.is_some() {
            reading.keep(Arc::clone(&known), known.weight());
        }
        let age = read_at.elapsed();
        Ok(Some(Current { known, age }))
    }
}

impl Known {
    fn new(standing: Standing, read_at: Instant) -> Self {
        let Standing { row, grants, names } = standing;
        Self {
            row,
            grants,
            names,
            read_at,
            strangers: Mutex::default(),
            requests: Mutex::default(),
        }
    }

    fn weight(&self) -> usize {
        let grants = &self.grants;
        let scopes: usize = grants
            .scopes
            .values()
            .chain(grants.users.values())
            .map(BTreeMap::len)
            .sum();
        let resources = grants.resources.values();
        let resources: usize = resources.map(|of| of.specific.len() + of.excluded.len() + 1).sum();
        let marks = scopes + resources + grants.users.len() + grants.denied.len() + grants.unplaced.len();
        INSTALLATION + MARK * (marks + self.names.len() / 2)
    }

    /// The name of a resource that the grants may not mention.
    pub(crate) async fn name_of(
        &self,
        store: &Store,
        tenant: &Tenant,
        id: &ResourceId,
    ) -> Result<Option<String>, StoreError> {
        if self.names.contains_key(id.as_str()) {
            return Ok(None);
        }
        let known = lock(&self.strangers).get(id.as_str()).cloned();
        if let Some(name) = known {
            return Ok(name);
        }
        let name = store.names(tenant, [id.to_string()]).await?.remove(id.as_str());
        let mut strangers = lock(&self.strangers);
        if strangers.len() < STRANGERS {
            strangers.insert(id.to_string(), name.clone());
        }
        Ok(name)
    }

    /// The request that an entry answers, where it is one of ours.
    pub(crate) async fn request_behind(&self, store: &Store, seq: u64) -> Result<Option<RequestId>, StoreError> {
        if let Some(request) = lock(&self.requests).get(&seq) {
            return Ok(*request);
        }
        let request = store.request_behind(self.row, seq).await?;
        // As many as there are marks.
        lock(&self.requests).insert(seq, request);
        Ok(request)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
