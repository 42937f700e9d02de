//! Looking: workspaces, installations, grants now and then, history, and the answer to `check`.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{
    Grants, InstallationKey, Reach, ResourceId, Scope, Tenant, Timestamp,
    check::{
        Check,
        words::{self, About},
    },
    grants as fold,
    view::{
        CheckView, EntryView, GrantsView, InstallAttemptView, InstallationView, Page, WorkspaceView,
        encryption::EncryptionView,
    },
};
use grantbook_store::{
    StoreError,
    queries::{
        PageRequest, QueryError, history::HistoryFilter, installations::InstallationFilter, workspaces::WorkspaceFilter,
    },
};
use tokio::time::Instant;

use crate::House;

/// The reading use cases. Nothing here changes anything.
#[derive(Clone, Debug)]
pub struct Browse {
    house: House,
}

impl Browse {
    /// The use cases over `house`.
    pub fn new(house: House) -> Self {
        Self { house }
    }

    /// How the keys of encryption at rest stand.
    pub async fn encryption(&self) -> Result<EncryptionView, StoreError> {
        self.house.store.key_state().await
    }

    /// Workspaces and organizations with something installed, a page at a time.
    pub async fn workspaces(
        &self,
        filter: &WorkspaceFilter,
        page: &PageRequest,
    ) -> Result<Page<WorkspaceView>, QueryError> {
        self.house.store.workspaces(filter, page, self.house.clock.now()).await
    }

    /// One of them, with its installations.
    pub async fn workspace(&self, tenant: &Tenant) -> Result<Option<WorkspaceView>, StoreError> {
        self.house.store.workspace(tenant, self.house.clock.now()).await
    }

    /// Installations, a page at a time.
    pub async fn installations(
        &self,
        filter: &InstallationFilter,
        page: &PageRequest,
    ) -> Result<Page<InstallationView>, QueryError> {
        self.house
            .store
            .installations(filter, page, self.house.clock.now())
            .await
    }

    /// One of them.
    pub async fn installation(&self, key: &InstallationKey) -> Result<Option<InstallationView>, StoreError> {
        self.house.store.installation(key, self.house.clock.now()).await
    }

    /// Ledger entries, newest first, a page at a time.
    pub async fn history(&self, filter: &HistoryFilter, page: &PageRequest) -> Result<Page<EntryView>, QueryError> {
        self.house.store.history(filter, page).await
    }

    /// Tries to install, newest first.
    pub async fn installs(
        &self,
        app: Option<&grantbook_core::AppSlug>,
        page: &PageRequest,
    ) -> Result<Page<InstallAttemptView>, QueryError> {
        self.house.store.install_attempts(app, page).await
    }

    /// What the app may do in the tenant, now or as of a moment; `None` for an unknown installation.
    pub async fn grants(&self, key: &InstallationKey, at: Option<Timestamp>) -> Result<Option<GrantsView>, StoreError> {
        let Some(grants) = self.fold(key, at).await? else {
            return Ok(None);
        };
        let mut view = GrantsView::of(key.clone(), at, &grants);
        view.names = self.names(&key.tenant, &view).await?;
        if let Some(installation) = self.house.store.installation_ref(key).await? {
            view.changes = self.house.store.changes_per_day(installation.row).await?;
        }
        Ok(Some(view))
    }

    /// May the app use `scope` on `resource`, or anywhere here? `None` for an unknown installation. About now it is
    /// answered from memory, about a moment in the past from the ledger.
    pub async fn check(
        &self,
        key: &InstallationKey,
        scope: Scope,
        resource: Option<ResourceId>,
        at: Option<Timestamp>,
    ) -> Result<Option<CheckView>, StoreError> {
        let store = &self.house.store;
        let Some(current) = self.house.memory.current(store, key).await? else {
            return Ok(None);
        };
        let began = Instant::now();
        let (past, age) = if at.is_some() {
            (self.fold(key, at).await?, began.elapsed())
        } else {
            (None, current.age)
        };
        let known = &current.known;
        let grants = past.as_ref().unwrap_or(&known.grants);
        let check = grants.check(&scope, resource.as_ref());
        let request = match &check {
            Check::Granted { scope, .. } => known.request_behind(store, scope.seq).await?,
            _ => None,
        };
        let resource_name = match &resource {
            Some(id) => known.name_of(store, &key.tenant, id).await?,
            None => None,
        };
        let about = About {
            scope: &scope,
            resource: resource.as_ref(),
            grants,
            names: &known.names,
            resource_name: resource_name.as_deref(),
            request,
        };
        let micros = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
        Ok(Some(CheckView {
            sentence: words::sentence(&check, &about),
            allowed: check.allowed(),
            scope,
            resource,
            check,
            request,
            as_of: Timestamp::from_micros(self.house.clock.now().micros().saturating_sub(micros)),
            age_ms: u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
        }))
    }

    async fn fold(&self, key: &InstallationKey, at: Option<Timestamp>) -> Result<Option<Grants>, StoreError> {
        match at {
            None => self.house.store.grants(key).await,
            Some(moment) => {
                let Some(installation) = self.house.store.installation_ref(key).await? else {
                    return Ok(None);
                };
                let entries = self.house.store.entries(installation.row, Some(moment)).await?;
                Ok(Some(fold::as_of(&entries, moment)))
            }
        }
    }

    async fn names(&self, tenant: &Tenant, view: &GrantsView) -> Result<BTreeMap<String, String>, StoreError> {
        let mut ids: BTreeSet<String> = BTreeSet::new();
        for grant in &view.resources {
            if let Reach::Specific(id) = &grant.reach {
                ids.insert(id.to_string());
            }
        }
        let marks = view
            .scopes
            .iter()
            .chain(&view.denied)
            .map(|grant| &grant.mark)
            .chain(view.resources.iter().filter_map(|grant| grant.mark.as_ref()));
        ids.extend(marks.filter_map(|mark| mark.actor.as_ref()).map(ToString::to_string));
        ids.extend(
            view.scopes
                .iter()
                .filter_map(|grant| grant.user.as_ref())
                .map(ToString::to_string),
        );
        self.house.store.names(tenant, ids).await
    }
}
