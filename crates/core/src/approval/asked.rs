//! `AppRequest`: one request to install an app, as it stood when it was asked, kept for ever.
//!
//! Source of the fields: the event `app_requested` and the entries of `admin.apps.requests.list`.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

use crate::{AppId, EnterpriseId, Scope, TeamId, Timestamp, UserId};

/// Slack's number of an app request, `Ar…` (`admin.apps.requests.list`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "Ar0XJGFLMLS"))]
pub struct AppRequestId(String);

/// The text is not an app request's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an app request is written as in Ar0XJGFLMLS")]
pub struct AppRequestIdError;

impl AppRequestId {
    /// Checks and keeps a number.
    pub fn new(text: impl Into<String>) -> Result<Self, AppRequestIdError> {
        let text = text.into();
        let rest = text.strip_prefix("Ar").unwrap_or_default();
        let fine = (1..=62).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric());
        if fine { Ok(Self(text)) } else { Err(AppRequestIdError) }
    }

    /// The number as Slack writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AppRequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AppRequestId {
    type Err = AppRequestIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl<'de> Deserialize<'de> for AppRequestId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Who made an app (`developer_type`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DeveloperType {
    /// This organization itself.
    Internal,
    /// Somebody else, listed in the Marketplace or not.
    ThirdParty,
    /// Slack.
    Slack,
    /// A word Slack added later; no distribution test but `marketplace` fits it.
    #[default]
    #[serde(other)]
    Other,
}

/// Where an app comes from, as rules ask for it. `marketplace` stands beside the other three: an
/// internal app can be approved for the directory too (Slack's own example of `admin.apps.requests.list`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Distribution {
    /// `developer_type` is `internal`.
    Internal,
    /// `developer_type` is `third_party`.
    ThirdParty,
    /// `developer_type` is `slack`.
    Slack,
    /// `is_app_directory_approved` is true.
    Marketplace,
}

/// Whose token a scope is for (`token_type`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AskedTokenType))]
pub enum TokenType {
    /// The app's own user.
    Bot,
    /// A person.
    User,
    /// The app across workspaces.
    App,
    /// A word Slack added later, or `admin`.
    #[default]
    #[serde(other)]
    Other,
}

/// One scope the app asks for. Our own grade of it is `sensitivity::judge(name)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AskedScope {
    /// The scope.
    pub name: Scope,
    /// Whose token.
    #[serde(default)]
    pub token_type: TokenType,
    /// Slack's line about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Slack's own grade (`is_sensitive`).
    #[serde(default)]
    pub is_sensitive: bool,
    /// Whether the app works without it (`is_optional`).
    #[serde(default)]
    pub is_optional: bool,
    /// Whether it was approved before (`is_approved`).
    #[serde(default)]
    pub is_approved: bool,
}

/// The app that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RequestedApp))]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// Its name.
    pub name: String,
    /// What its maker says about it.
    #[serde(default)]
    pub description: String,
    /// Who made it.
    #[serde(default)]
    pub developer_type: DeveloperType,
    /// Whether Slack lists it in the Marketplace.
    #[serde(default)]
    pub is_app_directory_approved: bool,
    /// Its home page, empty where none is given.
    #[serde(default)]
    pub app_homepage_url: String,
    /// Its page in the directory, empty where none is given.
    #[serde(default)]
    pub app_directory_url: String,
    /// Its privacy policy, empty where none is given.
    #[serde(default)]
    pub privacy_policy_url: String,
    /// Its help page, empty where none is given.
    #[serde(default)]
    pub help_url: String,
    /// What its maker tells the approver, empty where nothing is.
    #[serde(default)]
    pub additional_info: String,
    /// Its icon of 72 pixels, where it has one.
    #[serde(default)]
    pub icon: Option<String>,
    /// Whether it connects by Socket Mode.
    #[serde(default)]
    pub socket_mode_enabled: bool,
}

impl App {
    /// Whether the app comes from there.
    pub fn is(&self, distribution: Distribution) -> bool {
        match distribution {
            Distribution::Internal => self.developer_type == DeveloperType::Internal,
            Distribution::ThirdParty => self.developer_type == DeveloperType::ThirdParty,
            Distribution::Slack => self.developer_type == DeveloperType::Slack,
            Distribution::Marketplace => self.is_app_directory_approved,
        }
    }
}

/// How an app was resolved before, as rules ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = PreviousStatus))]
pub enum Previous {
    /// Approved.
    Approved,
    /// Restricted.
    Restricted,
    /// Never resolved: `previous_resolution` is absent (event) or null (list).
    Unresolved,
    /// A status Slack added later.
    #[serde(other)]
    Other,
}

impl Previous {
    /// The status as a stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Restricted => "restricted",
            Self::Unresolved => "unresolved",
            Self::Other => "other",
        }
    }
}

/// Who resolved the app last (`last_resolved_by`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AppResolver))]
pub struct Resolver {
    /// A user's or an app's id.
    pub actor_id: String,
    /// `user` or `app`.
    pub actor_type: String,
}

/// The last resolution of this app, dated by the scopes it was given for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviousResolution {
    /// What it was; never [`Previous::Unresolved`] in data from Slack.
    pub status: Previous,
    /// The scopes it was given for.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Scope>))]
    pub scopes: BTreeSet<Scope>,
    /// Who gave it, where known.
    #[serde(default)]
    pub last_resolved_by: Option<Resolver>,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AppRequester))]
pub struct Requester {
    /// Their id.
    pub id: UserId,
    /// Their name.
    #[serde(default)]
    pub name: String,
    /// Their e-mail address, where Slack tells it.
    #[serde(default)]
    pub email: Option<String>,
    /// Whether they work on the app themselves (`is_user_app_collaborator`).
    #[serde(default)]
    pub is_collaborator: bool,
}

/// A request to install one app, as it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppRequest {
    /// Slack's number of it.
    pub id: AppRequestId,
    /// The app.
    pub app: App,
    /// What the app wants.
    pub scopes: Vec<AskedScope>,
    /// Where a workflow app sends data (`domains`).
    #[serde(default)]
    pub domains: Vec<String>,
    /// The workspace it is asked for; `None` asks for the whole organization.
    pub team: Option<TeamId>,
    /// The organization, where Slack names it.
    pub enterprise: Option<EnterpriseId>,
    /// Who asks.
    pub requester: Requester,
    /// Why, in their words.
    #[serde(default)]
    pub message: String,
    /// When.
    pub asked_at: Timestamp,
    /// The resolution before, `None` where there was none.
    #[serde(default)]
    pub previous_resolution: Option<PreviousResolution>,
}

impl AppRequest {
    /// Whether it asks for this scope, for whatever token.
    pub fn asks_for(&self, scope: &Scope) -> bool {
        self.scopes.iter().any(|asked| asked.name == *scope)
    }

    /// How the app was resolved before.
    pub fn previous(&self) -> Previous {
        self.previous_resolution
            .as_ref()
            .map_or(Previous::Unresolved, |p| p.status)
    }
}
