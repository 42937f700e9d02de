//! `admin.apps.*`: the objects that its lists and `app_requested` share.
//!
//! Source: docs.slack.dev, the pages of `admin.apps.requests.list`, `admin.apps.approved.list` and
//! `admin.apps.restricted.list` of 2026-08-20, and the event's page. Words that Slack may add to (developer types,
//! token types, statuses) stay as they came.

use grantbook_core::{AppId, EnterpriseId, Scope, TeamId, UserId};
use serde::{Deserialize, Deserializer, Serialize};

use crate::wire::null_as_default;

/// An app as administrators see it. Icons are not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminApp {
    /// Its id.
    pub id: AppId,
    /// Its name.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// What its maker says about it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub description: String,
    /// Its help page; may be blank.
    #[serde(default, deserialize_with = "null_as_default")]
    pub help_url: String,
    /// Its privacy policy; may be blank.
    #[serde(default, deserialize_with = "null_as_default")]
    pub privacy_policy_url: String,
    /// Its home page; may be blank.
    #[serde(default, deserialize_with = "null_as_default")]
    pub app_homepage_url: String,
    /// Its page in the directory; may be blank.
    #[serde(default, deserialize_with = "null_as_default")]
    pub app_directory_url: String,
    /// Whether Slack lists it in the Marketplace.
    #[serde(default, deserialize_with = "null_as_default")]
    pub is_app_directory_approved: bool,
    /// Whether the organization itself made it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub is_internal: bool,
    /// `internal`, `third_party` or `slack`; none before Slack told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub developer_type: Option<String>,
    /// Whether it connects by Socket Mode.
    #[serde(default, deserialize_with = "null_as_default")]
    pub socket_mode_enabled: bool,
    /// What its maker tells whoever decides; may be blank.
    #[serde(default, deserialize_with = "null_as_default")]
    pub additional_info: String,
}

/// A scope that is asked for or decided on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminScope {
    /// Its name.
    pub name: Scope,
    /// Slack's line about it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub description: String,
    /// Slack's own grade.
    #[serde(default, deserialize_with = "null_as_default")]
    pub is_sensitive: bool,
    /// `bot`, `user` or `app`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub token_type: String,
    /// Whether the app works without it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub is_optional: bool,
    /// Whether it is approved; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_approved: Option<bool>,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminRequester {
    /// Their id, `U…` or `W…`.
    pub id: UserId,
    /// Their name; may be blank.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Their mail address; may be blank.
    #[serde(default, deserialize_with = "null_as_default")]
    pub email: String,
}

/// The workspace or organization that a request is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminPlace<Id> {
    /// Its id.
    pub id: Id,
    /// Its name; may be blank.
    #[serde(default = "String::new")]
    pub name: String,
    /// The first part of its address; may be blank.
    #[serde(default = "String::new")]
    pub domain: String,
}

/// What was decided before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminPreviousResolution {
    /// `approved` or `restricted`.
    pub status: String,
    /// The scopes that it was about.
    #[serde(default, deserialize_with = "null_as_default")]
    pub scopes: Vec<AdminScope>,
}

/// A request for an app, in the list and in `app_requested`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminAppRequest {
    /// `Ar…`.
    pub id: String,
    /// Which app.
    pub app: AdminApp,
    /// What was decided before: absent from the event, and `null` in the list, where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_resolution: Option<AdminPreviousResolution>,
    /// Who asks.
    pub user: AdminRequester,
    /// For which workspace; none for the whole organization.
    #[serde(default)]
    pub team: Option<AdminPlace<TeamId>>,
    /// The organization, where the request is for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enterprise: Option<AdminPlace<EnterpriseId>>,
    /// What the app would get.
    #[serde(default, deserialize_with = "null_as_default")]
    pub scopes: Vec<AdminScope>,
    /// Where a workflow app would send data.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Why, in the requester's words. Not for logs.
    #[serde(default, deserialize_with = "null_as_default")]
    pub message: String,
    /// Whether the requester works on the app.
    #[serde(default, deserialize_with = "null_as_default")]
    pub is_user_app_collaborator: bool,
    /// When, in seconds since the epoch; some events do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_created: Option<i64>,
}

/// An entry of the approved or the restricted apps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminResolution {
    /// The app.
    pub app: AdminApp,
    /// The scopes that were decided on.
    #[serde(default, deserialize_with = "null_as_default")]
    pub scopes: Vec<AdminScope>,
    /// The domains, for workflow apps.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// When, in seconds since the epoch.
    pub date_updated: i64,
    /// Who decided last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_resolved_by: Option<AdminActor>,
}

/// Who decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminActor {
    /// A person's or an app's id.
    pub actor_id: String,
    /// `user` or `app`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub actor_type: String,
}

/// The level of a call: a workspace or the organization, exactly one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AdminLevel {
    /// A workspace.
    #[serde(rename = "team_id")]
    Team(TeamId),
    /// The organization.
    #[serde(rename = "enterprise_id")]
    Enterprise(EnterpriseId),
}

/// An app, or a request for one: exactly one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AdminSubject {
    /// An app.
    #[serde(rename = "app_id")]
    App(AppId),
    /// A request.
    #[serde(rename = "request_id")]
    Request(String),
}

/// What methods answer that only say `ok`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AdminDone {}

impl<'de> Deserialize<'de> for AdminDone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self {})
    }
}
