//! A difference with its likely cause, read from the latest entries of the ledger.

use std::collections::BTreeSet;

use grantbook_core::{
    Entry, Fact, Grants, Scope, Timestamp, UserId,
    drift::{Difference, DriftKind, Evidence, cause},
    view::Model,
};
use grantbook_store::{
    StoreError,
    apps::AppRecord,
    audit::AuditFilter,
    drift::Finding,
    installations::InstallationRef,
    queries::{PageRequest, QueryError},
};

use crate::{House, audit::deeds};

/// Entries that causes are read from.
const ENTRIES: u64 = 500;
/// Changes of an app's settings among which the last of its scopes is looked for.
const CHANGES: u64 = 50;

/// What is known around the differences of one installation.
pub(crate) struct Around {
    model: Model,
    declared: BTreeSet<Scope>,
    declared_of_people: BTreeSet<Scope>,
    held: BTreeSet<Scope>,
    entries: Vec<Entry>,
    agreed_at: Option<Timestamp>,
    declared_at: Option<Timestamp>,
    other_app_user: bool,
}

impl Around {
    /// Reads it.
    pub(crate) async fn of(
        house: &House,
        installation: &InstallationRef,
        app: Option<&AppRecord>,
        grants: &Grants,
    ) -> Result<Self, StoreError> {
        let store = &house.store;
        let declared_at = match app {
            Some(app) => Some(declared_at(house, app).await?),
            None => None,
        };
        Ok(Self {
            model: app.map_or(Model::Workspace, |app| app.model),
            declared: app.map(|app| app.scopes.clone()).unwrap_or_default(),
            declared_of_people: app.map(|app| app.user_scopes.clone()).unwrap_or_default(),
            held: grants.held_scopes().into_iter().cloned().collect(),
            entries: store.latest_entries(installation.row, ENTRIES).await?,
            agreed_at: store.agreed_at(installation.row).await?,
            declared_at,
            other_app_user: false,
        })
    }

    /// The same where the token belongs to another app user.
    pub(crate) fn with_other_app_user(self, other_app_user: bool) -> Self {
        Self { other_app_user, ..self }
    }

    /// The same once `fact` has settled what it settles: what stands is shown beside the ledger as it is then.
    pub(crate) fn after(mut self, fact: Option<&Fact>) -> Self {
        if let Some(Fact::Reconciled {
            scopes_added,
            scopes_removed,
            ..
        }) = fact
        {
            for scope in scopes_removed.values().flatten() {
                self.held.remove(scope);
            }
            self.held.extend(scopes_added.values().flatten().cloned());
        }
        self
    }

    /// A difference with its cause. `refusal` is why there is no answer to the token.
    pub(crate) fn finding(&self, difference: Difference, refusal: Option<&str>) -> Finding {
        let evidence = Evidence {
            model: self.model,
            entries: &self.entries,
            agreed_at: self.agreed_at,
            declared_at: self.declared_at,
            other_app_user: self.other_app_user,
            refusal,
        };
        let cause = cause::of(&difference, &evidence);
        let (scope, person) = (difference.scope.as_ref(), difference.person.as_ref());
        Finding {
            declared: scope.map(|scope| self.declares(scope, person)),
            ledger: self.ledger_holds(&difference),
            cause: cause.code().to_owned(),
            sentence: cause.sentence(difference.kind),
            difference,
        }
    }

    fn declares(&self, scope: &Scope, person: Option<&UserId>) -> bool {
        match person {
            Some(_) => self.declared_of_people.contains(scope),
            None => self.declared.contains(scope),
        }
    }

    fn ledger_holds(&self, difference: &Difference) -> bool {
        match difference.kind {
            DriftKind::ScopeMissingAtSlack
            | DriftKind::ResourceMissingAtSlack
            | DriftKind::WorkspaceMissing
            | DriftKind::TokenDead
            | DriftKind::AppUserChanged => true,
            DriftKind::ScopeUnknownToLedger | DriftKind::ResourceUnknownToLedger | DriftKind::WorkspaceUnknown => false,
            DriftKind::DeclaredNotGranted | DriftKind::GrantedNotDeclared => {
                difference.scope.as_ref().is_some_and(|scope| self.held.contains(scope))
            }
        }
    }
}

/// When what the app declares was changed last; when it was registered, where it never was.
async fn declared_at(house: &House, app: &AppRecord) -> Result<Timestamp, StoreError> {
    let filter = AuditFilter {
        what: Some(deeds::APP_CHANGED.to_owned()),
        subject: Some(format!("app:{}", app.slug)),
        ..AuditFilter::default()
    };
    let changes = match house.store.audits(&filter, &PageRequest::first(CHANGES)).await {
        Ok(page) => page.items,
        Err(QueryError::Store(error)) => return Err(error),
        Err(QueryError::Cursor(_)) => Vec::new(),
    };
    let of_scopes = |detail: &serde_json::Value| {
        let given = |field: &str| detail.get(field).is_some_and(|value| !value.is_null());
        given("scopes") || given("user_scopes")
    };
    let last = changes.into_iter().find(|change| of_scopes(&change.detail));
    Ok(last.map_or(app.created_at, |change| change.at))
}
