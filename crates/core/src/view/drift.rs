//! Documents about drift: where what an app declares, what the ledger holds and what Slack shows differ,
//! and which scopes are held but never used.

use serde::{Deserialize, Serialize};

pub use crate::drift::DriftKind;
use crate::{AppSlug, InstallationKey, ResourceId, ResourceType, Scope, Timestamp};

/// What mends a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Remedy {
    /// Reconcile the installation: the ledger takes over what Slack shows.
    Reconcile,
    /// Authorize the app again, at this address.
    Reauthorize {
        /// Where an administrator starts.
        url: String,
    },
    /// Change what the app declares.
    EditDeclared,
    /// Nothing is left to do.
    None,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DriftView {
    /// Its number; later ones have larger ones.
    pub id: i64,
    /// The installation.
    pub installation: InstallationKey,
    /// The app.
    pub app: AppSlug,
    /// The app's name.
    pub app_name: String,
    /// The name of the workspace or organization.
    pub tenant_name: String,
    /// What differs.
    pub kind: DriftKind,
    /// The scope it is about.
    pub scope: Option<Scope>,
    /// The resource type it is about; with no resource, all of that type.
    pub resource_type: Option<ResourceType>,
    /// The resource it is about.
    pub resource: Option<ResourceId>,
    /// The resource's name, where known.
    pub resource_name: Option<String>,
    /// Whose token shows it: `app`, or a person's id.
    pub holder: Option<String>,
    /// Whether the app declares it; absent where declaring does not apply.
    pub declared: Option<bool>,
    /// Whether the ledger held it when the difference was found.
    pub ledger: bool,
    /// Whether Slack showed it then; absent where Slack could not be asked.
    pub live: Option<bool>,
    /// The likely cause, stable: `event_lost`, `declared_later` …
    pub cause: String,
    /// The cause in a sentence.
    pub sentence: String,
    /// What mends it; [`Remedy::None`] once it is closed.
    pub remedy: Remedy,
    /// When it was found.
    pub found_at: Timestamp,
    /// When it ended; absent while it is open.
    pub closed_at: Option<Timestamp>,
    /// What ended it: `schedule`, `user:orla`, `key:4f2a…`, `uninstalled`, or `slack` where both sides agreed again.
    pub closed_by: Option<String>,
    /// The number of the ledger entry that closed it.
    pub entry: Option<u64>,
}

/// How far the ledger and Slack have been compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DriftSummary {
    /// Open differences.
    pub open: u64,
    /// Installations with open differences.
    pub installations: u64,
    /// Installations that were compared with Slack at least once.
    pub checked: u64,
    /// Installed ones that never were.
    pub never_checked: u64,
    /// When the last comparison ended.
    pub last_run: Option<Timestamp>,
    /// When the next scheduled one begins; absent without a schedule.
    pub next_run: Option<Timestamp>,
}

/// A run over all installations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DriftRunView {
    /// Installations compared so far.
    pub done: u64,
    /// Installations to compare.
    pub total: u64,
    /// Of those done, how many could not be compared now; the schedule asks them again.
    #[serde(default)]
    pub failed: u64,
    /// When it began; absent where there was none yet.
    pub started_at: Option<Timestamp>,
    /// When it ended; absent while it goes on.
    pub finished_at: Option<Timestamp>,
    /// Until when it waits because Slack answered 429.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_until: Option<Timestamp>,
}

/// A scope that is held and that no observed call needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnusedScopeView {
    /// The installation.
    pub installation: InstallationKey,
    /// The app.
    pub app: AppSlug,
    /// The app's name.
    pub app_name: String,
    /// The name of the workspace or organization.
    pub tenant_name: String,
    /// The scope.
    pub scope: Scope,
    /// Since when it is held, where the ledger knows.
    pub held_since: Option<Timestamp>,
    /// When a call last needed it; absent for never.
    pub last_used: Option<Timestamp>,
    /// Since when calls of this installation are observed.
    pub observed_since: Timestamp,
    /// Calls observed since then: few calls prove little.
    pub calls_observed: u64,
    /// An install link that leaves out what this list names of the installation, where the console can make one.
    /// Slack takes no scope away by it: it counts where the app is installed anew.
    pub smaller_install_url: Option<String>,
}
