//! Sign in with Slack: what `openid.connect.token` and `openid.connect.userInfo` answer.
//!
//! A user-only install may come out of it. The `id_token` is not read: the token itself tells who it is.

use grantbook_core::{TeamId, UserId};
use serde::Deserialize;

use crate::{
    secret::{AccessToken, RefreshToken},
    wire::optional,
};

/// The answer of `openid.connect.token`.
#[derive(Clone, Debug, Deserialize)]
pub struct OpenidToken {
    /// The token, `xoxp-…` or `xoxe.xoxp-…`; `token_type` says `Bearer`.
    pub access_token: AccessToken,
    /// Seconds until the token ends, with rotation on.
    #[serde(default)]
    pub expires_in: Option<i64>,
    /// What buys the next token, once; with rotation on.
    #[serde(default)]
    pub refresh_token: Option<RefreshToken>,
}

/// The answer of `openid.connect.userInfo`: who the token acts for. Addresses and pictures are not read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OpenidUserInfo {
    /// The person.
    #[serde(rename = "https://slack.com/user_id")]
    pub user_id: UserId,
    /// The workspace.
    #[serde(rename = "https://slack.com/team_id")]
    pub team_id: TeamId,
    /// The workspace's name.
    #[serde(default, rename = "https://slack.com/team_name", deserialize_with = "optional")]
    pub team_name: Option<String>,
}
