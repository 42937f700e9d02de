//! `Observations`: what Slack's answers show of scopes, gathered in memory while calls go on, and written in
//! batches. Where a token's scopes are not those of the ledger, a drift is opened: it costs no call.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::{Arc, Mutex, PoisonError},
};

use grantbook_api::{
    client::{Observed, Observer},
    error::{CallError, ErrorCode},
};
use grantbook_core::{
    Grants, InstallationKey, Scope, Timestamp, UserId,
    drift::{self, DriftKind},
    grants::Status,
    view::Model,
};
use grantbook_store::{
    StoreError,
    drift::{
        Comparison, UNINSTALLED,
        observed::{LiveScopes, Seen, Times},
    },
    installations::InstallationRef,
    tokens::Holder,
};

use super::findings::Around;
use crate::{House, clock::Clock};

/// Holders kept at most when batches cannot be written.
const MAX_WAITING: usize = 100_000;
/// How much later than the ledger's newest entry an answer must be to be held against it, in seconds: an answer
/// and the event of the same change may cross.
const MARGIN: i64 = 2;

type Whose = (InstallationKey, String);

/// Gathers. Clones gather together.
#[derive(Clone)]
pub(crate) struct Observations {
    clock: Arc<dyn Clock>,
    seen: Arc<Mutex<BTreeMap<Whose, Seen>>>,
}

impl Observations {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            seen: Arc::default(),
        }
    }

    /// To be given to the client: takes a lock for a moment and nothing else.
    pub(crate) fn observer(&self) -> Observer {
        let own = self.clone();
        Arc::new(move |observed| own.take(observed))
    }

    fn take(&self, observed: &Observed<'_>) {
        let (Some(installation), Some(holder)) = (observed.installation, observed.holder) else {
            return;
        };
        // Only what Slack answered to the call itself counts.
        let lacking = match observed.error {
            None => false,
            Some(CallError::Slack { code, .. }) => *code == ErrorCode::MissingScope,
            Some(_) => return,
        };
        let now = self.clock.now();
        let once = Times {
            first: now,
            last: now,
            calls: 1,
        };
        // What lacked a scope used none of those that would have been enough.
        let accepted = observed.accepted.filter(|_| !lacking).unwrap_or_default();
        self.merge(Seen {
            installation: installation.clone(),
            holder: holder.to_owned(),
            calls: once,
            scopes: observed.scopes.map(|scopes| (scopes.iter().cloned().collect(), now)),
            accepted: accepted.iter().map(|scope| (scope.clone(), once)).collect(),
        });
    }

    fn merge(&self, more: Seen) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let full = seen.len() >= MAX_WAITING;
        match seen.entry((more.installation.clone(), more.holder.clone())) {
            Entry::Vacant(slot) if !full => {
                slot.insert(more);
            }
            Entry::Vacant(_) => {}
            Entry::Occupied(mut slot) => add(slot.get_mut(), more),
        }
    }

    fn drain(&self) -> Vec<Seen> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *seen).into_values().collect()
    }
}

fn together(a: Times, b: Times) -> Times {
    Times {
        first: a.first.min(b.first),
        last: a.last.max(b.last),
        calls: a.calls + b.calls,
    }
}

fn add(known: &mut Seen, more: Seen) {
    known.calls = together(known.calls, more.calls);
    let later = |(_, at): &(BTreeSet<Scope>, Timestamp)| known.scopes.as_ref().is_none_or(|(_, known)| at >= known);
    if let Some(scopes) = more.scopes.filter(later) {
        known.scopes = Some(scopes);
    }
    for (scope, times) in more.accepted {
        match known.accepted.entry(scope) {
            Entry::Vacant(slot) => {
                slot.insert(times);
            }
            Entry::Occupied(mut slot) => *slot.get_mut() = together(*slot.get(), times),
        }
    }
}

/// Writes what was gathered, and looks whether the ledger agrees with it. What cannot be written waits for the
/// next time.
pub async fn flush(house: &House) -> Result<(), StoreError> {
    let batch = house.drift.observations.drain();
    if batch.is_empty() {
        return Ok(());
    }
    let named = match house.store.save_seen(&batch).await {
        Ok(named) => named,
        Err(error) => {
            for seen in batch {
                house.drift.observations.merge(seen);
            }
            return Err(error);
        }
    };
    for installation in named {
        recheck(house, &installation).await?;
    }
    Ok(())
}

/// Holds the scopes that Slack named last against the ledger, without a call.
pub(crate) async fn recheck(house: &House, installation: &InstallationRef) -> Result<(), StoreError> {
    let store = &house.store;
    let grants = store.grants(&installation.key).await?.unwrap_or_default();
    let now = house.clock.now();
    match grants.status {
        Status::Installed => {}
        Status::Uninstalled => {
            store.end_drifts(installation.row, UNINSTALLED, now).await?;
            return Ok(());
        }
        Status::Unknown | Status::Revoked => return Ok(()),
    }
    let app = house.app(&installation.key.app).await?;
    let model = app.as_ref().map_or(Model::Workspace, |app| app.model);
    let recorded = store.last_recorded(installation.row).await?;
    let any_open = store.has_open_drifts(installation.row).await?;
    for live in store.live_scopes(installation.row).await? {
        let person = match &live.holder {
            Holder::App => None,
            Holder::User(user) => Some(user.clone()),
        };
        let held = held(&grants, model, person.as_ref());
        let found = drift::scopes(&held, &live.scopes, person.as_ref());
        if found.is_empty() && !any_open {
            continue;
        }
        if !found.is_empty() && crossed(&live, recorded) {
            continue;
        }
        let around = Around::of(house, installation, app.as_deref(), &grants).await?;
        let comparison = Comparison {
            draft: None,
            settled: Vec::new(),
            standing: found.into_iter().map(|found| around.finding(found, None)).collect(),
            kinds: [DriftKind::ScopeMissingAtSlack, DriftKind::ScopeUnknownToLedger].into(),
            holder: Some(person),
            silent: BTreeSet::new(),
            by: String::new(),
            now,
        };
        store.record_comparison(installation, comparison).await?;
    }
    Ok(())
}

/// Whether the ledger may have changed since the answer, or just before.
fn crossed(live: &LiveScopes, recorded: Option<Timestamp>) -> bool {
    recorded.is_some_and(|recorded| live.seen_at <= recorded.plus_seconds(MARGIN))
}

/// The scopes that the ledger holds for a token. A workspace token's header names those of people, too.
fn held(grants: &Grants, model: Model, person: Option<&UserId>) -> BTreeSet<Scope> {
    match (person, model) {
        (Some(person), _) => {
            let own = grants.users.get(person.as_str());
            own.into_iter().flat_map(BTreeMap::keys).cloned().collect()
        }
        (None, Model::Workspace) => grants.held_scopes().into_iter().cloned().collect(),
        (None, Model::Modern) => {
            let placed = grants.scopes.values().flat_map(BTreeMap::keys);
            placed.chain(grants.unplaced.keys()).cloned().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Still(Timestamp);

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            self.0
        }
    }

    fn list(names: &[&str]) -> Vec<Scope> {
        names.iter().map(|name| Scope::new(*name).unwrap()).collect()
    }

    fn observe(to: &Observations, holder: &str, accepted: &[&str], scopes: &[&str], error: Option<&CallError>) {
        let key: InstallationKey = "atlas.T1".parse().unwrap();
        let (accepted, scopes) = (list(accepted), list(scopes));
        to.observer()(&Observed {
            method: "users.info",
            installation: Some(&key),
            holder: Some(holder),
            accepted: Some(&accepted),
            scopes: Some(&scopes),
            error,
        });
    }

    #[test]
    fn calls_of_one_holder_are_counted_together_and_their_last_scopes_kept() {
        let seen = Observations::new(Arc::new(Still(Timestamp::from_seconds(7))));
        observe(&seen, "app", &["users:read"], &["users:read"], None);
        observe(&seen, "app", &["users:read", "team:read"], &["chat:write"], None);
        observe(&seen, "U1", &[], &["identify"], None);
        let batch = seen.drain();
        assert_eq!(batch.len(), 2);
        let app = batch.iter().find(|seen| seen.holder == "app").unwrap();
        assert_eq!(app.calls.calls, 2);
        assert_eq!(app.accepted[&Scope::new("users:read").unwrap()].calls, 2);
        assert_eq!(
            app.scopes.as_ref().unwrap().0,
            list(&["chat:write"]).into_iter().collect()
        );
        assert!(seen.drain().is_empty());
    }

    #[test]
    fn a_call_that_lacked_a_scope_used_none_and_one_without_an_answer_counts_for_nothing() {
        let seen = Observations::new(Arc::new(Still(Timestamp::from_seconds(7))));
        let lacking = CallError::Slack {
            code: ErrorCode::MissingScope,
            needed: Vec::new(),
            provided: Vec::new(),
        };
        observe(&seen, "app", &["users:read"], &["chat:write"], Some(&lacking));
        observe(
            &seen,
            "app",
            &["users:read"],
            &[],
            Some(&CallError::Http { status: 500 }),
        );
        let batch = seen.drain();
        assert_eq!((batch[0].calls.calls, batch[0].accepted.len()), (1, 0));
    }
}
