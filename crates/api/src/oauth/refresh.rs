//! What `oauth.access` answers to `grant_type=refresh_token`.

use grantbook_core::{EnterpriseId, TeamId};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    secret::{AccessToken, RefreshToken},
    wire::optional,
};

/// A fresh workspace token. Slack sends no new refresh token: `xoxr-…` is reusable.
#[derive(Clone, Debug, Deserialize)]
pub struct RefreshResponse {
    /// The new token, `xoxa-2-…`.
    pub access_token: AccessToken,
    /// How long it lives, in seconds; 3600 for workspace tokens.
    pub expires_in: i64,
    /// The workspace.
    pub team_id: TeamId,
    /// The workspace's organization.
    #[serde(default, deserialize_with = "optional")]
    pub enterprise_id: Option<EnterpriseId>,
    /// A new refresh token, should Slack ever send one: it then replaces the old one.
    pub refresh_token: Option<RefreshToken>,
}

impl RefreshResponse {
    /// The answer as Slack would send it. Holds the token in plain: for whoever issued it.
    pub fn to_json(&self) -> Value {
        let mut answer = json!({
            "ok": true,
            "access_token": self.access_token.expose(),
            "token_type": "app",
            "expires_in": self.expires_in,
            "team_id": self.team_id,
            "enterprise_id": self.enterprise_id,
        });
        if let Some(token) = &self.refresh_token {
            answer["refresh_token"] = json!(token.expose());
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_brings_no_new_refresh_token() {
        let answer: RefreshResponse = serde_json::from_value(json!({
            "ok": true, "access_token": "xoxa-2-new", "token_type": "app", "expires_in": 3600, "team_id": "T061EG9R6",
        }))
        .unwrap();
        assert!(answer.refresh_token.is_none());
        assert_eq!(answer.to_json()["access_token"], "xoxa-2-new");
        assert_eq!(answer.expires_in, 3600);
    }
}
