//! `App`: an app as its developer registered it with Slack.

use grantbook_api::{
    oauth::ClientId,
    secret::{AccessToken, ClientSecret, SigningSecret},
};
use grantbook_core::{AppId, AppSlug, Scope, TeamId, Timestamp};
use serde::{Deserialize, Deserializer};

/// An app.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// `A…`.
    pub id: AppId,
    /// The name under which the console knows it.
    pub slug: AppSlug,
    /// What people call it.
    pub name: String,
    /// One line about it.
    #[serde(default)]
    pub description: String,
    /// The public half of its OAuth credentials.
    pub client_id: ClientId,
    /// The secret half.
    pub client_secret: ClientSecret,
    /// The one before, and till when it is good as well.
    #[serde(skip)]
    pub earlier_secret: Option<(ClientSecret, Timestamp)>,
    /// What deliveries to it are signed with.
    #[serde(deserialize_with = "signing_secret")]
    pub signing_secret: SigningSecret,
    /// The deprecated `token` inside every delivery.
    #[serde(default)]
    pub verification_token: String,
    /// Where browsers may be sent after consent; paths below these count too.
    pub redirect_uris: Vec<String>,
    /// Where events go; without it none are sent.
    #[serde(default)]
    pub events_url: Option<String>,
    /// Where presses of its buttons and menus go.
    #[serde(default)]
    pub interactions_url: Option<String>,
    /// Where its slash commands go.
    #[serde(default)]
    pub commands_url: Option<String>,
    /// Its slash commands.
    #[serde(default)]
    pub commands: Vec<AppCommand>,
    /// Where the app itself starts an installation.
    #[serde(default)]
    pub install_url: Option<String>,
    /// What it asks for by default; for an app of today, for its bot.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// Those of them that a person may untick on today's consent page (`bot_optional` in a manifest).
    #[serde(default)]
    pub optional_scopes: Vec<Scope>,
    /// What an app of today asks people for by default, to act as themselves.
    #[serde(default)]
    pub user_scopes: Vec<Scope>,
    /// The only workspace it can be installed in, while it is not distributed.
    #[serde(default)]
    pub only_team: Option<TeamId>,
    /// The permission model it was built for.
    #[serde(default)]
    pub model: AppModel,
    /// Whether its access tokens end: after an hour, or after twelve for an app of today.
    #[serde(default)]
    pub token_rotation: bool,
    /// For how long, in seconds, a refresh token of today that was just spent brings the same pair again.
    #[serde(default)]
    pub refresh_grace_seconds: u32,
    /// Whether it can be installed in a whole organization (`org_deploy_enabled` in a manifest).
    #[serde(default)]
    pub org_deploy_enabled: bool,
    /// Whether it is told over its own connections instead of HTTP (`socket_mode_enabled` in a manifest).
    #[serde(default)]
    pub socket_mode: bool,
    /// Its app-level tokens.
    #[serde(default)]
    pub app_tokens: Vec<AppLevelToken>,
}

/// A token of the app itself, whatever it is installed in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppLevelToken {
    /// `xapp-…`.
    pub token: AccessToken,
    /// What it may do, as in `connections:write`.
    pub scopes: Vec<Scope>,
}

/// A slash command, as its developer registered it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct AppCommand {
    /// What people type, as in `/permissions`.
    pub command: String,
    /// One line about it.
    #[serde(default)]
    pub description: String,
    /// What may follow it.
    #[serde(default)]
    pub usage_hint: String,
}

/// The permission model of an app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AppModel {
    /// A workspace app: one `xoxa-2-…` token per workspace, scopes by resource type.
    #[default]
    Workspace,
    /// An app of today: a bot with granular scopes that hold in the whole workspace, and scopes of
    /// the people who let it act as themselves. It is installed by `/oauth/v2/authorize`.
    #[serde(alias = "modern")]
    Granular,
}

impl App {
    /// Whether it is an app of today.
    pub fn is_modern(&self) -> bool {
        self.model == AppModel::Granular
    }
}

fn signing_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SigningSecret, D::Error> {
    String::deserialize(deserializer).map(SigningSecret::new)
}
