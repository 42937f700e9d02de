//! What is approved and restricted where, where apps are installed, and what is wrong with that.

use serde::{Deserialize, Serialize};

use crate::{AppId, EnterpriseId, Scope, TeamId, Timestamp, approval::Previous, view::ReceiptState};

/// What stands in Slack's lists about an app in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AppResolutionView))]
pub struct ResolutionView {
    /// The app.
    pub app: AppId,
    /// Its name.
    pub app_name: String,
    /// The organization.
    pub enterprise: EnterpriseId,
    /// The workspace; absent where it holds for the whole organization.
    pub team: Option<TeamId>,
    /// Its name, where known.
    pub team_name: Option<String>,
    /// `approved` or `restricted`.
    pub status: Previous,
    /// The scopes it was given for.
    pub scopes: Vec<Scope>,
    /// When Slack says that it was given.
    pub date_updated: Timestamp,
    /// Who gave it, as Slack names them.
    pub resolved_by: Option<String>,
    /// The request here that led to it.
    pub request: Option<i64>,
    /// When it ends by itself.
    pub ends_at: Option<Timestamp>,
    /// When Slack's lists showed it last.
    pub seen_at: Timestamp,
}

/// An app of the organization: what is decided about it and where it is installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgAppView {
    /// The app.
    pub app: AppId,
    /// Its name.
    pub app_name: String,
    /// The organization.
    pub enterprise: EnterpriseId,
    /// What holds for the whole organization, where anything does.
    pub org: Option<ResolutionView>,
    /// Workspaces where it is approved, restricted or installed, and the organization's others; left out of lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<OrgAppPlace>,
    /// How many workspaces have it installed.
    pub installed_in: u64,
    /// In how many workspaces it is approved.
    pub approved_in: u64,
    /// In how many workspaces it is restricted.
    pub restricted_in: u64,
    /// Requests that wait for a person.
    pub open_requests: u64,
    /// Open alarms about it.
    pub alarms: Vec<AlarmView>,
    /// What somebody decided about it here without a request, the newest of each place; left out of lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wishes: Vec<AppWishView>,
}

/// What somebody wants to decide about an app, whether or not anybody asked for it. `approve`, `restrict` and
/// `clear` share it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppWish {
    /// Whether it shall hold for the whole organization; then no workspace is named.
    pub organization: bool,
    /// The workspaces where it shall hold, at most 100.
    pub teams: Vec<TeamId>,
    /// Why; 1 to 500 characters.
    pub reason: String,
}

/// What is decided about an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AppWishWhat {
    /// It may be installed.
    Approve,
    /// It may not; what is installed stays.
    Restrict,
    /// It is undecided again.
    Clear,
}

impl AppWishWhat {
    /// As a stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Restrict => "restrict",
            Self::Clear => "clear",
        }
    }

    /// What stands when Slack has done it.
    pub const fn status(self) -> Previous {
        match self {
            Self::Approve => Previous::Approved,
            Self::Restrict => Previous::Restricted,
            Self::Clear => Previous::Unresolved,
        }
    }
}

/// A decision about an app in one place, taken here without a request, and how it stands at Slack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppWishView {
    /// The workspace; absent where the whole organization is meant.
    pub team: Option<TeamId>,
    /// What.
    pub what: AppWishWhat,
    /// How far it is: requested, sent, acknowledged, seen in Slack's own list, or failed.
    pub state: ReceiptState,
    /// Since when.
    pub at: Timestamp,
    /// When it was decided.
    pub requested_at: Timestamp,
    /// By whom, as the audit log names them.
    pub who: String,
    /// Why.
    pub reason: String,
    /// Slack's code, or ours: why it failed or is tried again, or what told that it was done already.
    pub code: Option<String>,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried again, where it is to be.
    pub next_at: Option<Timestamp>,
}

/// An app in one workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgAppPlace {
    /// The workspace.
    pub team: TeamId,
    /// Its name, where known.
    pub team_name: Option<String>,
    /// What was decided there.
    pub resolution: Option<ResolutionView>,
    /// When it was installed; absent where it is not, as far as is known.
    pub installed_at: Option<Timestamp>,
}

/// What an alarm is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AppAlarmKind))]
pub enum AlarmKind {
    /// An app is restricted and installed all the same: restricting uninstalls nothing.
    RestrictedButInstalled,
    /// An app asks for scopes that its approval does not have.
    ApprovedUnderOldScopes,
    /// Slack's lists show something else than was decided here.
    ChangedElsewhere,
    /// Nobody can decide: the administrator's token is missing or refused.
    CannotDecide,
}

/// Something wrong with an app's approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AppAlarmView))]
pub struct AlarmView {
    /// Its number; later ones have larger ones.
    pub id: i64,
    /// What it is about.
    pub kind: AlarmKind,
    /// The organization.
    pub enterprise: EnterpriseId,
    /// The app, where it is about one.
    pub app: Option<AppId>,
    /// Its name.
    pub app_name: Option<String>,
    /// The workspace; absent where it is about the whole organization.
    pub team: Option<TeamId>,
    /// Its name, where known.
    pub team_name: Option<String>,
    /// In a sentence, with what to do next.
    pub sentence: String,
    /// When it was found.
    pub found_at: Timestamp,
    /// When it was over.
    pub closed_at: Option<Timestamp>,
}

impl AlarmKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::RestrictedButInstalled,
        Self::ApprovedUnderOldScopes,
        Self::ChangedElsewhere,
        Self::CannotDecide,
    ];

    /// The kind as a stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RestrictedButInstalled => "restricted_but_installed",
            Self::ApprovedUnderOldScopes => "approved_under_old_scopes",
            Self::ChangedElsewhere => "changed_elsewhere",
            Self::CannotDecide => "cannot_decide",
        }
    }
}
