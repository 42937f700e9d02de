//! `apps.developerInstall`, `apps.approvals.requests.create` and `apps.approvals.requests.cancel`: the requester's side.
//!
//! Slack does not document them; the shapes are those of Slack's own command line tool (`slackapi/slack-cli`,
//! `internal/api/app.go`). Whoever may not install yet is told by the refusal: [`ErrorCode::AppApprovalRequestEligible`],
//! [`ErrorCode::AppApprovalRequestPending`] or [`ErrorCode::AppApprovalRequestDenied`].
//!
//! [`ErrorCode::AppApprovalRequestEligible`]: crate::ErrorCode::AppApprovalRequestEligible
//! [`ErrorCode::AppApprovalRequestPending`]: crate::ErrorCode::AppApprovalRequestPending
//! [`ErrorCode::AppApprovalRequestDenied`]: crate::ErrorCode::AppApprovalRequestDenied

use grantbook_core::{AppId, Scope, TeamId, Tenant};
use serde::{Deserialize, Serialize};

use super::{Encoding, Method, admin_apps::AdminDone};
use crate::{
    secret::AccessToken,
    wire::{null_as_default, with_commas},
};

/// Installs an app for its developer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppsDeveloperInstall {
    /// The app.
    pub app_id: AppId,
    /// What its bot wants.
    pub bot_scopes: Vec<Scope>,
    /// Where it sends data.
    pub outgoing_domains: Vec<String>,
    /// The workspace, or the organization for all workspaces; none for the workspace of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<Tenant>,
}

/// The installation's tokens.
#[derive(Clone, Debug, Deserialize)]
pub struct AppsDeveloperInstallAnswer {
    /// The app.
    pub app_id: AppId,
    /// Its tokens.
    #[serde(default, deserialize_with = "null_as_default")]
    pub api_access_tokens: ApiAccessTokens,
}

/// What an installation can call with.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ApiAccessTokens {
    /// The bot's, `xoxb-…`.
    #[serde(default)]
    pub bot: Option<AccessToken>,
    /// The app's own, `xapp-…`.
    #[serde(default)]
    pub app_level: Option<AccessToken>,
    /// The installer's, `xoxp-…`.
    #[serde(default)]
    pub user: Option<AccessToken>,
}

/// Asks an administrator for an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppsApprovalsRequestsCreate {
    /// The app.
    pub app: AppId,
    /// What its bot wants.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "scopes")]
    pub bot_scopes: Vec<Scope>,
    /// Why, in the requester's words. Not for logs.
    pub reason: String,
    /// Where it sends data.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// For this workspace; none for the workspace or organization of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
}

/// What became of the wish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppsApprovalsRequestsCreateAnswer {
    /// `Ar…`.
    pub request_id: String,
}

/// Takes the wish for an app back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppsApprovalsRequestsCancel {
    /// The app.
    pub app_id: AppId,
}

fn scopes<S: serde::Serializer>(scopes: &[Scope], serializer: S) -> Result<S::Ok, S::Error> {
    with_commas(scopes, serializer)
}

macro_rules! methods {
    ($($arguments:ident = $name:literal: $answer:ty;)*) => {$(
        impl Method for $arguments {
            const NAME: &'static str = $name;
            const ENCODING: Encoding = Encoding::Json;
            const IDEMPOTENT: bool = false;
            type Answer = $answer;
        }
    )*};
}

methods! {
    AppsDeveloperInstall = "apps.developerInstall": AppsDeveloperInstallAnswer;
    AppsApprovalsRequestsCreate = "apps.approvals.requests.create": AppsApprovalsRequestsCreateAnswer;
    AppsApprovalsRequestsCancel = "apps.approvals.requests.cancel": AdminDone;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_travel_as_slacks_own_tool_sends_them() {
        let create = AppsApprovalsRequestsCreate {
            app: "A1234".parse().unwrap(),
            bot_scopes: vec![Scope::new("chat:write").unwrap(), Scope::new("commands").unwrap()],
            reason: "please".to_owned(),
            domains: Vec::new(),
            team_id: Some("T1234".parse().unwrap()),
        };
        assert_eq!(
            json!(create),
            json!({ "app": "A1234", "bot_scopes": "chat:write,commands", "reason": "please", "team_id": "T1234" })
        );
        let install = AppsDeveloperInstall {
            app_id: "A1234".parse().unwrap(),
            bot_scopes: vec![Scope::new("chat:write").unwrap()],
            outgoing_domains: vec!["slack.com".to_owned()],
            team_id: Some("E1234".parse().unwrap()),
        };
        assert_eq!(
            json!(install),
            json!({
                "app_id": "A1234",
                "bot_scopes": ["chat:write"],
                "outgoing_domains": ["slack.com"],
                "team_id": "E1234",
            })
        );
    }

    #[test]
    fn tokens_are_read_and_never_shown() {
        let text = r#"{"ok":true,"app_id":"A1","api_access_tokens":{"bot":"xoxb-1","app_level":"xapp-1","user":null}}"#;
        let answer: AppsDeveloperInstallAnswer = serde_json::from_str(text).unwrap();
        let bot = answer.api_access_tokens.bot.as_ref().map(AccessToken::expose);
        assert_eq!(bot, Some("xoxb-1"));
        assert!(answer.api_access_tokens.user.is_none());
        assert!(!format!("{answer:?}").contains("xoxb-1"));
    }
}
