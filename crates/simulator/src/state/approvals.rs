//! App approvals of an organization: what is asked for, what was decided at which level, what is installed.
//!
//! A resolution stands at the level of the organization or of one workspace. The organization's restriction
//! voids the approvals of workspaces and uninstalls nothing; its approval can be restricted by a workspace.
//! A resolution is about the scopes and domains of its day: new ones reopen the question (F.1).

mod access;
mod activities;
mod asking;
mod installing;
mod listed;
mod requests;
mod resolutions;
mod resolving;
mod telling;
mod wire;

use std::collections::BTreeMap;

use grantbook_core::{AppId, Scope, TeamId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

pub use access::{AppAccess, ChannelRestriction, PermissionType};
pub use activities::{Activity, ActivityDetails, LogLevel};
pub(crate) use asking::{Asking, Declared};
pub(crate) use installing::DeveloperInstall;
pub use listed::{DeveloperType, ListedApp};
pub use requests::Requests;
pub use resolutions::Resolutions;
pub(crate) use resolving::{Decision, Subject};

use super::World;

/// Where a resolution stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The organization.
    Organization,
    /// One workspace.
    Team(TeamId),
}

impl Level {
    /// The level of a workspace; the organization's where none is named.
    pub fn of(team: Option<&TeamId>) -> Self {
        team.map_or(Self::Organization, |team| Self::Team(team.clone()))
    }

    /// The workspace.
    pub fn team(&self) -> Option<&TeamId> {
        match self {
            Self::Organization => None,
            Self::Team(team) => Some(team),
        }
    }
}

/// Whose token a scope is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenType {
    /// The bot's.
    Bot,
    /// A person's.
    User,
}

/// A scope that is asked for or decided on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppScope {
    /// Its name.
    pub name: Scope,
    /// Whose token it is for.
    pub token_type: TokenType,
    /// Whether the app works without it.
    pub is_optional: bool,
    /// Whether it was approved.
    pub is_approved: bool,
}

impl AppScope {
    /// Whether both are the same scope of the same token.
    pub fn is_same(&self, other: &Self) -> bool {
        self.name == other.name && self.token_type == other.token_type
    }
}

/// How an app was resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResolutionStatus {
    /// It may be installed.
    Approved,
    /// It may not.
    Restricted,
}

/// A decision about an app that is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resolution {
    /// What was decided.
    pub status: ResolutionStatus,
    /// The scopes that it was about, each approved or not.
    pub scopes: Vec<AppScope>,
    /// The domains that it was about.
    pub domains: Vec<String>,
    /// Who decided.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// What was decided before, as a request tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreviousResolution {
    /// What.
    pub status: ResolutionStatus,
    /// About which scopes.
    pub scopes: Vec<AppScope>,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Nobody has decided.
    Pending,
    /// The app was approved.
    Approved,
    /// It was restricted.
    Restricted,
    /// An administrator, or whoever asked, took the request away.
    Cancelled,
}

/// A person's wish for an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppRequest {
    /// `Ar…`.
    pub id: String,
    /// Counts from one, in the order of asking; cursors point to it.
    pub number: u64,
    /// Which app.
    pub app: AppId,
    /// For which workspace; none for the whole organization.
    pub team: Option<TeamId>,
    /// Who asks.
    pub user: UserId,
    /// Why.
    pub message: String,
    /// What the app would get.
    pub scopes: Vec<AppScope>,
    /// Where a workflow app would send data.
    pub domains: Vec<String>,
    /// What was decided about the app before.
    pub previous_resolution: Option<PreviousResolution>,
    /// When it was asked.
    pub at: Timestamp,
    /// Where it stands.
    pub state: RequestState,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// By whom.
    pub decided_by: Option<UserId>,
}

impl AppRequest {
    /// Whether nobody has decided.
    pub fn is_pending(&self) -> bool {
        self.state == RequestState::Pending
    }
}

/// What administrators set for a connector (`admin.apps.config.set`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppConfig {
    /// `builder_choice` or `end_user_only`.
    pub workflow_auth_strategy: String,
    /// `all_details`, `limited_details`, `no_preview` or `default_to_global_setting`.
    pub rich_link_preview_type: String,
    /// The domains of the addresses that people may authorize.
    pub urls: Vec<String>,
    /// The domains of the mail addresses that people may authorize.
    pub emails: Vec<String>,
}

impl Default for AppConfig {
    fn default() -> Self {
        Self {
            workflow_auth_strategy: "builder_choice".to_owned(),
            rich_link_preview_type: "default_to_global_setting".to_owned(),
            urls: Vec::new(),
            emails: Vec::new(),
        }
    }
}

/// Everything about approvals.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Approvals {
    /// The apps that people find, beside those that the seed registers itself.
    pub listed: BTreeMap<AppId, ListedApp>,
    /// Every request there was, oldest first.
    pub requests: Requests,
    /// What is decided, by level and app.
    pub resolutions: Resolutions,
    /// Listed apps in workspaces, and who installed them.
    #[serde(serialize_with = "installed")]
    pub installed: BTreeMap<(AppId, TeamId), UserId>,
    /// Connectors' settings.
    pub configs: BTreeMap<AppId, AppConfig>,
    /// Who may use an app, where administrators have said so.
    pub access: BTreeMap<AppId, AppAccess>,
    /// What apps logged, oldest first.
    pub activities: Vec<Activity>,
    /// The apps whose child apps are approved beforehand (`allow_child_auto_install`).
    pub auto_install: Vec<AppId>,
}

fn installed<S: serde::Serializer>(all: &BTreeMap<(AppId, TeamId), UserId>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(
        all.iter()
            .map(|((app, team), user)| serde_json::json!({ "app": app, "team": team, "user": user })),
    )
}

/// What counts for an app somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has decided, or not about the scopes that it wants now.
    Undecided,
    /// It may be installed.
    Approved,
    /// It may not.
    Restricted,
}

impl World {
    /// What counts for an app at a level, for these scopes and domains.
    pub fn standing(&self, app: &AppId, level: &Level, scopes: &[AppScope], domains: &[String]) -> Standing {
        let resolutions = &self.approvals.resolutions;
        let organization = resolutions.get(app, &Level::Organization);
        let own = level.team().and_then(|_| resolutions.get(app, level));
        let in_force = [organization, own].into_iter().flatten();
        let in_force: Vec<&Resolution> = in_force.filter(|found| found.covers(scopes, domains)).collect();
        let is = |status| in_force.iter().any(|found| found.status == status);
        if is(ResolutionStatus::Restricted) {
            Standing::Restricted
        } else if is(ResolutionStatus::Approved) {
            Standing::Approved
        } else {
            Standing::Undecided
        }
    }

    /// What was decided last about an app where it counts for a level.
    pub(super) fn previous_resolution(&self, app: &AppId, level: &Level) -> Option<PreviousResolution> {
        let levels = [Some(Level::Organization), level.team().map(|_| level.clone())];
        let found = levels
            .into_iter()
            .flatten()
            .filter_map(|level| self.approvals.resolutions.get(app, &level));
        let last = found.max_by_key(|resolution| resolution.at)?;
        Some(PreviousResolution {
            status: last.status,
            scopes: last.scopes.clone(),
        })
    }

    /// Whether an app decides about apps: then every workspace asks before it installs (F.1).
    pub fn approvals_are_managed(&self) -> bool {
        self.managers("admin.apps:write").next().is_some()
    }

    /// Whether an app decides about apps.
    pub fn manages_apps(&self, app: &AppId) -> bool {
        self.managers("admin.apps:write").any(|manager| manager == app)
    }

    /// The apps that an administrator lets manage apps with this scope, in the whole organization, until their
    /// tokens are revoked.
    pub(super) fn managers(&self, scope: &'static str) -> impl Iterator<Item = &AppId> {
        self.orgs.iter().filter_map(move |(app, org)| {
            let holds = org.installation.users.values().any(|scopes| scopes.contains(scope));
            let works = self.org_tenant(app).is_ok_and(|tenant| self.has_token(app, &tenant));
            (org.installation.installed && holds && works).then_some(app)
        })
    }
}

impl Resolution {
    /// Whether it was about all that an app wants now: each scope was before the eyes of whoever decided, and
    /// an approval holds for those without which the app does not work.
    pub fn covers(&self, scopes: &[AppScope], domains: &[String]) -> bool {
        let approves = self.status == ResolutionStatus::Approved;
        let seen = |wanted: &AppScope| {
            let found = self.scopes.iter().find(|scope| scope.is_same(wanted));
            found.is_some_and(|scope| !approves || wanted.is_optional || scope.is_approved)
        };
        scopes.iter().all(seen) && domains.iter().all(|domain| self.domains.contains(domain))
    }
}
