//! `App`: an app as its developer registered it with Slack.

use grantbook_api::{
    oauth::ClientId,
    secret::{ClientSecret, SigningSecret},
};
use grantbook_core::{AppId, AppSlug, Scope};
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
    /// Where the app itself starts an installation.
    #[serde(default)]
    pub install_url: Option<String>,
    /// What it asks for by default.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// The permission model it was built for.
    #[serde(default)]
    pub model: AppModel,
    /// Whether its access tokens end after an hour.
    #[serde(default)]
    pub token_rotation: bool,
}

/// The permission model of an app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AppModel {
    /// A workspace app: one `xoxa-2-…` token per workspace, scopes by resource type.
    #[default]
    Workspace,
    /// An app of today with granular scopes: its codes are not for `oauth.access`.
    Granular,
}

fn signing_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SigningSecret, D::Error> {
    String::deserialize(deserializer).map(SigningSecret::new)
}
