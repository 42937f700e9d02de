//! Documents about registered apps: the app itself, changes to it, its secrets, and the test of its connection.
//!
//! Secrets go in and never come out.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Model;
use crate::{AppId, AppSlug, Scope, Timestamp};

/// The longest time that a replaced secret stays good, in hours.
pub const LONGEST_OVERLAP_HOURS: u32 = 168;
/// The most Socket Mode connections Slack allows an app (docs.slack.dev, "Using Socket Mode").
pub const MOST_CONNECTIONS: u8 = 10;

/// A registered app. Secrets never leave the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppView {
    /// Its name in our addresses.
    pub slug: AppSlug,
    /// Its name for people.
    pub name: String,
    /// Slack's id.
    pub app_id: AppId,
    /// Its OAuth client id.
    pub client_id: String,
    /// Legacy or modern.
    pub model: Model,
    /// What it asks for on installation.
    pub scopes: BTreeSet<Scope>,
    /// What it asks the installing person for, to act as them.
    #[serde(default)]
    pub user_scopes: BTreeSet<Scope>,
    /// Asks for one channel only on installation (`single_channel=true`).
    #[serde(default)]
    pub single_channel: bool,
    /// Its tokens end and are refreshed.
    #[serde(default)]
    pub token_rotation: bool,
    /// It may be installed in a whole organization.
    #[serde(default)]
    pub org_deploy: bool,
    /// Socket Mode; absent where Slack calls our addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub socket: Option<SocketView>,
    /// How its secrets stand.
    #[serde(default)]
    pub secrets: SecretsView,
    /// When a rightly signed delivery came last, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_signed_at: Option<Timestamp>,
    /// Installed in so many tenants now.
    pub installations: u64,
    /// Where an administrator starts an install.
    pub install_url: String,
    /// The address to enter at Slack for events.
    pub events_url: String,
    /// The address to enter at Slack for interactivity: presses on buttons.
    #[serde(default)]
    pub interactions_url: String,
    /// The address to enter at Slack for slash commands.
    #[serde(default)]
    pub commands_url: String,
    /// The address to enter at Slack for the OAuth redirect.
    pub redirect_url: String,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// Socket Mode of an app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SocketView {
    /// So many connections are wanted, over all replicas; 0 while Socket Mode is off.
    pub connections: u8,
    /// So many are open, over all replicas.
    pub open: u8,
    /// Whether an app-level token is kept.
    pub app_token: bool,
    /// Why the last connection could not be opened, or ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// How many connections Slack counted when the last one was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub num_connections: Option<u32>,
}

/// How an app's secrets stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretsView {
    /// The OAuth client secret.
    pub client: SecretView,
    /// The signing secret.
    pub signing: SecretView,
}

/// How a secret stands, without the secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretView {
    /// Till when the one before is good as well; absent where only the newest is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_until: Option<Timestamp>,
}

/// A new app.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewApp {
    /// Its name in our addresses.
    pub slug: AppSlug,
    /// Its name for people.
    pub name: String,
    /// Slack's id.
    pub app_id: AppId,
    /// Legacy or modern.
    pub model: Model,
    /// Its OAuth client id.
    pub client_id: String,
    /// Its OAuth client secret; kept encrypted.
    pub client_secret: String,
    /// Its signing secret; kept encrypted.
    pub signing_secret: String,
    /// What it asks for on installation.
    pub scopes: BTreeSet<Scope>,
    /// Ask for one channel only on installation (`single_channel=true`).
    #[serde(default)]
    pub single_channel: bool,
    /// What it asks the installing person for, to act as them.
    #[serde(default)]
    pub user_scopes: BTreeSet<Scope>,
    /// Its tokens end and are refreshed.
    #[serde(default)]
    pub token_rotation: bool,
    /// It may be installed in a whole organization.
    #[serde(default)]
    pub org_deploy: bool,
    /// Its app-level token (`xapp-…`), for Socket Mode; kept encrypted.
    #[serde(default)]
    pub app_token: Option<String>,
    /// 0 where Slack calls our addresses; 1 to 10 for so many Socket Mode connections over all replicas.
    #[serde(default)]
    pub socket_connections: u8,
}

/// What is to be different about an app; what is absent stays.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppChange {
    /// Its name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it asks for on installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<BTreeSet<Scope>>,
    /// What it asks the installing person for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_scopes: Option<BTreeSet<Scope>>,
    /// Whether an installation asks for one channel only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub single_channel: Option<bool>,
    /// Whether its tokens end and are refreshed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_rotation: Option<bool>,
    /// Whether it may be installed in a whole organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_deploy: Option<bool>,
    /// 0 to switch Socket Mode off, 1 to 10 for so many connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket_connections: Option<u8>,
    /// Another app-level token; empty to forget the one that is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_token: Option<String>,
}

/// New secrets for an app; those that they replace stay good for a while.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretChange {
    /// The new OAuth client secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// The new signing secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_secret: Option<String>,
    /// For how many hours the ones before stay good: 0 to 168, 24 unless said otherwise.
    #[serde(default = "day")]
    pub overlap_hours: u32,
}

const fn day() -> u32 {
    24
}

/// What an app that is not registered yet would have in its manifest: a new app without its secrets.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppDraft {
    /// Its name in our addresses.
    pub slug: AppSlug,
    /// Its name for people.
    pub name: String,
    /// Legacy or modern.
    pub model: Model,
    /// What it asks for on installation.
    #[serde(default)]
    pub scopes: BTreeSet<Scope>,
    /// What it asks the installing person for.
    #[serde(default)]
    pub user_scopes: BTreeSet<Scope>,
    /// Its tokens end and are refreshed.
    #[serde(default)]
    pub token_rotation: bool,
    /// It may be installed in a whole organization.
    #[serde(default)]
    pub org_deploy: bool,
    /// 0 where Slack calls our addresses; 1 to 10 for Socket Mode.
    #[serde(default)]
    pub socket_connections: u8,
}

/// How one check of a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CheckState {
    /// It is as it should be.
    Passed,
    /// It is not; the hint says what to do.
    Failed,
    /// Nobody can tell yet: it waits for Slack or for a person.
    Waiting,
}

/// One thing that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectionCheck {
    /// Stable, for programs: `slack_reached`, `client_secret`, `signed_delivery` …
    pub name: String,
    /// How it ended.
    pub state: CheckState,
    /// What was found, in one sentence.
    pub sentence: String,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Whether console and Slack understand each other about an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectionTest {
    /// What was tried, in the order in which it should be mended.
    pub checks: Vec<ConnectionCheck>,
}

impl ConnectionTest {
    /// Whether nothing is wrong; something may still be waited for.
    pub fn is_sound(&self) -> bool {
        self.checks.iter().all(|check| check.state != CheckState::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlap_is_a_day_unless_said_otherwise() {
        let change: SecretChange = serde_json::from_str(r#"{"signing_secret":"s"}"#).unwrap();
        assert_eq!((change.overlap_hours, change.client_secret), (24, None));
    }

    #[test]
    fn a_change_says_only_what_changes() {
        let change = AppChange {
            socket_connections: Some(2),
            ..AppChange::default()
        };
        assert_eq!(serde_json::to_string(&change).unwrap(), r#"{"socket_connections":2}"#);
        let read: AppChange = serde_json::from_str("{}").unwrap();
        assert!(read.name.is_none() && read.app_token.is_none());
    }
}
