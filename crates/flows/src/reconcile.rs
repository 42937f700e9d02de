//! `reconcile`: ask Slack's own lists what is granted, write the differences into the ledger, and keep what was
//! found as drift, with its likely cause.

mod dead;
mod difference;
mod modern;
mod org;
mod workspace;

use std::{collections::BTreeSet, sync::Arc};

use grantbook_api::{
    client::{RetryPolicy, SlackClient},
    error::CallError,
};
use grantbook_core::{
    Fact, Grants, InstallationKey, OrderKey, ResourceType, Scope, Source, Tenant, catalogue,
    drift::{self, Difference, DriftKind},
    ledger::Draft,
    view::Model,
};
use grantbook_store::{
    StoreError,
    apps::AppRecord,
    drift::{Comparison, Recorded},
    installations::InstallationRef,
    tokens::{CredentialState, Holder},
};

use crate::{
    House,
    drift::findings::Around,
    rotation::{Calling, TokenError, is_over},
};
use dead::{dead, refusal};
use difference::{Listed, difference};

/// How often the lists are read again because the ledger changed under them.
const MAX_READS: usize = 3;
/// People whose tokens one comparison looks at.
const MAX_PEOPLE: usize = 50;

/// Why Slack's lists could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// There is no such installation.
    #[error("{0} is not installed")]
    NotFound(InstallationKey),
    /// There is no token to ask with.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Slack did not answer as hoped.
    #[error("Slack did not list the permissions")]
    Slack(#[from] CallError),
    /// Events came in all the while Slack's lists were read: neither can be held against the other.
    #[error("the ledger of {0} changed each time Slack's lists were read; try again in a moment")]
    Moving(InstallationKey),
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

/// Who compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By<'a> {
    /// An install that has just ended: what its answer did not name belongs to it, and is no drift.
    Install,
    /// The schedule, or a person or script.
    Name(&'a str),
}

impl By<'_> {
    const fn as_str(&self) -> &str {
        match self {
            Self::Install => "install",
            Self::Name(who) => who,
        }
    }
}

/// The use case.
#[derive(Clone, Debug)]
pub struct Reconcile {
    house: House,
    slack: SlackClient,
}

impl Reconcile {
    /// The use case over `house`.
    pub fn new(house: House) -> Self {
        let slack = house.slack.clone();
        Self { house, slack }
    }

    /// The same, more or less patient.
    #[must_use]
    pub fn with_policy(self, policy: RetryPolicy) -> Self {
        let slack = self.house.slack.with_policy(policy);
        Self { slack, ..self }
    }

    /// Compares and records in the console's name. Answers the number of the entry written, or `None` where
    /// nothing differed.
    pub async fn run(&self, key: &InstallationKey) -> Result<Option<u64>, ReconcileError> {
        self.run_as(key, "console").await
    }

    /// The same in somebody's name: `user:orla`, `key:4f2a…`, `schedule`. Differences that are found are kept as
    /// drift, and those that the entry settles are closed by it.
    pub async fn run_as(&self, key: &InstallationKey, who: &str) -> Result<Option<u64>, ReconcileError> {
        Ok(self.compare(key, By::Name(who)).await?.entry)
    }

    /// Brings in what the answer of an install did not name.
    pub(crate) async fn after_install(&self, key: &InstallationKey) -> Result<(), ReconcileError> {
        self.compare(key, By::Install).await?;
        Ok(())
    }

    async fn compare(&self, key: &InstallationKey, by: By<'_>) -> Result<Recorded, ReconcileError> {
        let installation = self
            .house
            .store
            .installation_ref(key)
            .await?
            .ok_or_else(|| ReconcileError::NotFound(key.clone()))?;
        let app = self.house.app(&key.app).await?;
        let target = Target {
            installation,
            model: app.as_ref().map_or(Model::Workspace, |app| app.model),
            app,
            by,
        };
        match self.read(&target).await {
            Ok((grants, listed)) => self.record(&target, &grants, listed).await,
            Err(error) => {
                if let Some(code) = dead(&error) {
                    self.record_dead(&target, &code).await?;
                }
                Err(error)
            }
        }
    }

    /// The grants, and Slack's lists of the same time: where the ledger changed meanwhile, both are read again.
    async fn read(&self, target: &Target<'_>) -> Result<(Grants, Listed), ReconcileError> {
        let key = &target.installation.key;
        let store = &self.house.store;
        let mut calling = self.house.calling(key).await?;
        let mut grants = store.grants(key).await?.unwrap_or_default();
        let mut reads = 1;
        loop {
            let listed = match self.ask(target, &calling, &grants).await {
                Err(error) if is_over(&error) && calling.renew().await? => self.ask(target, &calling, &grants).await?,
                listed => listed?,
            };
            let now = store.grants(key).await?.unwrap_or_default();
            if now.last == grants.last {
                let listed = self.ask_people(target, listed).await?;
                return Ok((now, listed));
            }
            if reads == MAX_READS {
                return Err(ReconcileError::Moving(key.clone()));
            }
            grants = now;
            reads += 1;
        }
    }

    async fn ask(&self, target: &Target<'_>, calling: &Calling<'_>, grants: &Grants) -> Result<Listed, CallError> {
        let caller = calling.caller();
        if target.model == Model::Workspace {
            return workspace::listed(&self.slack, &caller).await;
        }
        let own = *calling.holder() == Holder::App;
        let teams = match &target.installation.key.tenant {
            Tenant::Enterprise(_) if own => Some(org::teams(&self.slack, &caller).await?),
            Tenant::Enterprise(_) | Tenant::Team(_) => None,
        };
        modern::listed(&self.slack, &caller, own, grants, teams).await
    }

    /// Asks each person's token for its scopes, where the app acts for people.
    async fn ask_people(&self, target: &Target<'_>, mut listed: Listed) -> Result<Listed, ReconcileError> {
        let key = &target.installation.key;
        if target.model == Model::Workspace {
            return Ok(listed);
        }
        let credentials = self.house.store.credentials(key).await?;
        let people = credentials
            .into_iter()
            .filter(|credential| credential.state == CredentialState::Live)
            .filter_map(|credential| match credential.holder {
                Holder::User(user) => Some(user),
                Holder::App => None,
            });
        for user in people.take(MAX_PEOPLE) {
            let mut calling = match self.house.calling_as(key, Holder::User(user.clone())).await {
                Ok(calling) => calling,
                Err(TokenError::Store(error)) => return Err(error.into()),
                // Its refresh is another matter, and shown with the token.
                Err(_) => {
                    listed.unasked.insert(user);
                    continue;
                }
            };
            let answer = match modern::own_scopes(&self.slack, &calling.caller()).await {
                Err(error) if is_over(&error) && calling.renew().await? => {
                    modern::own_scopes(&self.slack, &calling.caller()).await
                }
                answer => answer,
            };
            match answer {
                Ok(answer) => {
                    if let Some(scopes) = answer.scopes {
                        listed.people.insert(user, scopes.into_iter().collect());
                    }
                }
                Err(error) => match refusal(&error) {
                    Some(code) => {
                        listed.dead_people.insert(user, code);
                    }
                    None => return Err(error.into()),
                },
            }
        }
        Ok(listed)
    }

    /// Writes the entry that settles, and keeps what was found.
    async fn record(&self, target: &Target<'_>, grants: &Grants, listed: Listed) -> Result<Recorded, ReconcileError> {
        let (store, now) = (&self.house.store, self.house.clock.now());
        let installation = &target.installation;
        let fact = difference(grants, &listed);
        let installed_user = store.app_user_of(installation.row).await?;
        let other_app_user = match (&listed.app_user, &installed_user) {
            (Some(live), Some(known)) => live != known,
            _ => false,
        };
        let asked = store.asked_scopes(installation.row).await?;
        let mut standing = declared(target, &listed, &asked);
        if other_app_user {
            standing.insert(Difference::whole(DriftKind::AppUserChanged));
        }
        let settled = match target.by {
            By::Install => BTreeSet::new(),
            By::Name(_) => fact.as_ref().map(drift::settled).unwrap_or_default(),
        };
        store
            .enrol_check(&installation.key, now, self.house.drift.every_seconds())
            .await?;
        let nothing = fact.is_none() && standing.is_empty() && listed.dead_people.is_empty();
        if nothing && !store.has_open_drifts(installation.row).await? {
            store.note_agreement(installation.row, now).await?;
            return Ok(Recorded::default());
        }
        let around = Around::of(&self.house, installation, target.app.as_deref(), grants).await?;
        let around = around.with_other_app_user(other_app_user).after(fact.as_ref());
        let found = |found| around.finding(found, None);
        let mut standing: Vec<_> = standing.into_iter().map(found).collect();
        for (user, code) in &listed.dead_people {
            let dead = Difference::whole(DriftKind::TokenDead).of_person(Some(user));
            standing.push(around.finding(dead, Some(code)));
        }
        let own = (!listed.scopes_known).then(|| Holder::App.as_str().to_owned());
        let comparison = Comparison {
            draft: fact.map(|fact| self.draft(fact)),
            settled: settled.into_iter().map(found).collect(),
            standing,
            kinds: DriftKind::ALL.into(),
            holder: None,
            silent: listed.unasked.iter().map(ToString::to_string).chain(own).collect(),
            by: target.by.as_str().to_owned(),
            now,
        };
        let recorded = store.record_comparison(installation, comparison).await?;
        store.note_agreement(installation.row, now).await?;
        Ok(recorded)
    }

    fn draft(&self, fact: Fact) -> Draft {
        let now = self.house.clock.now();
        let id = format!("reconcile:{}", self.house.ids.id());
        Draft {
            key: OrderKey::new(now, &fact, id),
            recorded_at: now,
            source: Source::Reconcile,
            actor: None,
            fact,
        }
    }
}

/// What was declared and not granted, or granted and not declared. A workspace app asks for more as it goes,
/// which is what its model is for: there only the first counts.
fn declared(target: &Target<'_>, listed: &Listed, asked: &BTreeSet<Scope>) -> BTreeSet<Difference> {
    let Some(app) = &target.app else {
        return [].into();
    };
    let mut found = BTreeSet::new();
    if listed.scopes_known {
        let granted: Vec<_> = listed.scopes.values().flatten().collect();
        // A workspace app's lists leave out what single people let it do for them.
        let listable = |scope: &&Scope| target.model == Model::Modern || !is_of_people(scope);
        found.extend(drift::declared(
            app.scopes.iter().filter(listable),
            granted,
            asked,
            None,
        ));
    }
    for (user, scopes) in &listed.people {
        found.extend(drift::declared(&app.user_scopes, scopes, asked, Some(user)));
    }
    if target.model == Model::Workspace {
        found.retain(|found| found.kind == DriftKind::DeclaredNotGranted);
    }
    found
}

/// Whether the catalogue gives a scope to people only.
fn is_of_people(scope: &Scope) -> bool {
    let types = catalogue::resource_types(scope);
    !types.is_empty() && types.iter().all(|kind| *kind == ResourceType::User)
}

/// What is compared, and for whom.
struct Target<'a> {
    installation: InstallationRef,
    app: Option<Arc<AppRecord>>,
    model: Model,
    by: By<'a>,
}
