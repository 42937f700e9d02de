//! An installation's tokens with whose they are, and how far it has come where Slack is asked to end them.

use serde::{Deserialize, Serialize};

use super::TokenView;
use crate::{Tenant, Timestamp};

/// What kind of token it is, by its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TokenKind {
    /// `xoxb-…`: a bot's.
    Bot,
    /// `xoxp-…`: a person's, with which the app acts for them.
    User,
    /// `xoxa-…`: a workspace app's.
    Workspace,
}

/// One of an installation's tokens with whose it is, without the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HolderTokenView {
    /// `app`, or the person's id.
    pub holder: String,
    /// The person's name, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What kind it is.
    pub kind: TokenKind,
    /// How it stands.
    pub token: TokenView,
}

/// How far something asked of Slack has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ReceiptState {
    /// It is decided and written down.
    Requested,
    /// The call has left, or is about to be made again.
    Sent,
    /// Slack said that it did it.
    Acknowledged,
    /// Slack's own event about it has arrived.
    Seen,
    /// It was given up; `code` tells why.
    Failed,
}

/// How far an uninstall has come, or the end of one token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UninstallView {
    /// How far.
    pub state: ReceiptState,
    /// Why it was given up, or is to be tried again: Slack's code, or ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Since when it stands so.
    pub at: Timestamp,
    /// When it was asked for.
    #[serde(default)]
    pub requested_at: Timestamp,
    /// Who asked for it: `user:orla`, `key:4f2a…`.
    #[serde(default)]
    pub who: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// Workspaces that an organization's administrator must take the app out of first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workspaces: Vec<Tenant>,
}
