//! What was done here, by whom, and what happened to tokens: the audit log and each token's own story.
//!
//! Neither ever holds a token.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditView {
    /// Its number; later ones have larger ones.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who: `user:orla`, `key:4f2a…`, or `cli` for the command line.
    pub who: String,
    /// What: `token.brokered`, `installation.uninstall_requested` …
    pub what: String,
    /// To what: `installation:insectoid.T061EG9R6`, `key:4f2a…`.
    pub subject: String,
    /// What else there is to know: the reason that was given, Slack's code, a token's generation.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub detail: serde_json::Value,
}

/// Something that happened to a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenEventView {
    /// Its number; later ones have larger ones.
    pub id: i64,
    /// Whose token: `app`, or a person's id.
    pub holder: String,
    /// When.
    pub at: Timestamp,
    /// `issued`, `refreshed`, `failed`, `lost`, `interrupted`, `revoked` or `brokered`.
    pub what: String,
    /// Slack's code or ours, where something went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// To whom, where it was handed out: `key:4f2a…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Which token: the first is 1.
    pub generation: u64,
}

/// An uninstall to be asked of Slack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UninstallWish {
    /// Why, 1 to 500 characters; kept in the audit log.
    pub reason: String,
}
