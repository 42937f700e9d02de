//! `drift`: where declaration, ledger and Slack differ, found in the headers of answers and by comparing; and
//! scopes that no call needs.
//!
//! Answers are observed in memory ([`observations`]) and written in batches, so that no call waits. Comparing is
//! [`crate::reconcile`]; [`schedule`] says when.

pub(crate) mod findings;
pub mod observations;
pub mod schedule;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use grantbook_core::{
    InstallationKey, Scope, Tenant, Timestamp,
    view::{
        Page,
        drift::{DriftRunView, DriftSummary, DriftView, Remedy, UnusedScopeView},
    },
};
use grantbook_store::{
    StoreError,
    queries::{PageRequest, QueryError, drift::DriftFilter, unused::UnusedFilter},
};
use serde_json::json;
use tokio::sync::Notify;
use url::Url;

use crate::{
    House,
    audit::{Audit, deeds},
    clock::Clock,
};
use observations::Observations;

/// A scope that no call needed for so long counts as unused, in seconds: 90 days.
const UNUSED_AFTER: i64 = 90 * 24 * 60 * 60;

/// What the house keeps of drift in memory.
pub struct Watch {
    /// What answers showed since the last batch.
    pub(crate) observations: Observations,
    /// Rung when a run begins.
    pub(crate) due: Notify,
    /// Hours between two comparisons; 0 for no schedule.
    every_hours: AtomicU32,
    /// Slack has told to wait until then.
    pause: Mutex<Option<Timestamp>>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("every_hours", &self.every_hours)
            .finish_non_exhaustive()
    }
}

impl Watch {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            observations: Observations::new(clock),
            due: Notify::new(),
            every_hours: AtomicU32::new(0),
            pause: Mutex::new(None),
        }
    }

    /// Sets the hours between two comparisons of one installation; 0 for none but those that somebody asks for,
    /// as before this is called.
    pub fn compare_every(&self, hours: u32) {
        self.every_hours.store(hours, Ordering::Relaxed);
    }

    /// The same in seconds; none without a schedule.
    pub(crate) fn every_seconds(&self) -> Option<i64> {
        match self.every_hours.load(Ordering::Relaxed) {
            0 => None,
            hours => Some(i64::from(hours) * 3600),
        }
    }

    /// Until when Slack wants to be left alone; none where it does not.
    fn paused(&self, now: Timestamp) -> Option<Timestamp> {
        let pause = *self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        pause.filter(|until| *until > now)
    }

    fn pause(&self, until: Timestamp) {
        let mut pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        *pause = (*pause).max(Some(until));
    }
}

/// The use case.
#[derive(Clone, Debug)]
pub struct Drift {
    house: House,
}

impl Drift {
    /// The use case over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// Differences, newest first, each with what mends it.
    pub async fn list(&self, filter: &DriftFilter, page: &PageRequest) -> Result<Page<DriftView>, QueryError> {
        let mut found = self.house.store.drifts(filter, page).await?;
        for drift in &mut found.items {
            if let Remedy::Reauthorize { url } = &mut drift.remedy {
                *url = self.install_url(&drift.installation);
            }
        }
        Ok(found)
    }

    /// How far ledger and Slack were compared.
    pub async fn summary(&self) -> Result<DriftSummary, StoreError> {
        let summary = self.house.store.drift_summary().await?;
        let scheduled = self.house.drift.every_seconds().is_some();
        // What is due and waits for the next sweep is next: a moment in the past would be nobody's.
        let now = self.house.clock.now();
        Ok(DriftSummary {
            next_run: summary.next_run.filter(|_| scheduled).map(|next| next.max(now)),
            ..summary
        })
    }

    /// Begins a run over everything that is installed, or answers the one under way. Who keeps the schedule does
    /// the work.
    pub async fn start_run(&self, who: &str) -> Result<DriftRunView, StoreError> {
        let (store, now) = (&self.house.store, self.house.clock.now());
        let (run, began) = store.start_run(who, now, self.house.drift.every_seconds()).await?;
        if began {
            let detail = json!({ "installations": run.total });
            Audit::new(self.house.clone())
                .note(who, deeds::DRIFT_RUN_STARTED, "drift".to_owned(), detail)
                .await?;
        }
        self.house.drift.due.notify_one();
        Ok(run)
    }

    /// The newest run as it stands.
    pub async fn run(&self) -> Result<DriftRunView, StoreError> {
        self.house.store.drift_run(self.house.clock.now()).await
    }

    /// Scopes that are held and were not needed by any observed call of the last 90 days.
    pub async fn unused(&self, filter: &UnusedFilter, page: &PageRequest) -> Result<Page<UnusedScopeView>, QueryError> {
        let before = self.house.clock.now().plus_seconds(-UNUSED_AFTER);
        let mut found = self.house.store.unused_scopes(filter, before, page).await?;
        let mut links: BTreeMap<InstallationKey, Option<String>> = BTreeMap::new();
        for row in &found.items {
            if !links.contains_key(&row.installation) {
                let of_it = |other: &&UnusedScopeView| other.installation == row.installation;
                let without = found.items.iter().filter(of_it).map(|row| row.scope.clone()).collect();
                let link = self.smaller_install_url(&row.installation, &without).await?;
                links.insert(row.installation.clone(), link);
            }
        }
        for row in &mut found.items {
            row.smaller_install_url = links.get(&row.installation).cloned().flatten();
        }
        Ok(found)
    }

    /// An install link that leaves these scopes out; none where the app asks for none of them, or nothing would
    /// be left to ask for.
    async fn smaller_install_url(
        &self,
        key: &InstallationKey,
        without: &BTreeSet<Scope>,
    ) -> Result<Option<String>, StoreError> {
        let Some(app) = self.house.app(&key.app).await? else {
            return Ok(None);
        };
        let asked: BTreeSet<&Scope> = app.scopes.union(&app.user_scopes).collect();
        let left_out: Vec<&str> = without
            .iter()
            .filter(|scope| asked.contains(scope))
            .map(Scope::as_str)
            .collect();
        if left_out.is_empty() || left_out.len() == asked.len() {
            return Ok(None);
        }
        let mut url = self.install_address(key);
        url.query_pairs_mut().append_pair("without", &left_out.join(","));
        Ok(Some(url.into()))
    }

    /// Where an administrator authorizes the app again, in the same workspace.
    fn install_url(&self, key: &InstallationKey) -> String {
        self.install_address(key).into()
    }

    fn install_address(&self, key: &InstallationKey) -> Url {
        let mut url = self.house.addresses.slack_door(&key.app, "install");
        if let Tenant::Team(team) = &key.tenant {
            url.query_pairs_mut().append_pair("team", team.as_str());
        }
        url
    }
}
