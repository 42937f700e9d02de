//! `auth.test`: whose token is this?

use grantbook_core::{AppId, EnterpriseId, TeamId, UserId};
use serde::{Deserialize, Serialize};

use super::Method;
use crate::wire::{null_as_default, optional};

/// No arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthTest {}

/// Who the token acts as, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthTestAnswer {
    /// The workspace's address.
    pub url: String,
    /// The workspace's name.
    pub team: String,
    /// The user's name.
    #[serde(default, deserialize_with = "optional")]
    pub user: Option<String>,
    /// The workspace.
    pub team_id: TeamId,
    /// The user, for an app's token the app's own.
    pub user_id: UserId,
    /// The bot, `B…`, for a bot token.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub bot_id: Option<String>,
    /// The organization.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub enterprise_id: Option<EnterpriseId>,
    /// Whether the token is an organization's.
    #[serde(default, deserialize_with = "null_as_default")]
    pub is_enterprise_install: bool,
    /// The app.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub app_id: Option<AppId>,
    /// Seconds until a rotating token ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<i64>,
}

impl Method for AuthTest {
    const NAME: &'static str = "auth.test";
    const IDEMPOTENT: bool = true;
    type Answer = AuthTestAnswer;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn real_answers_are_read() {
        for path in [
            "docs-examples/auth.test.success.json",
            "docs-examples/auth.test.success_with_bot_token.json",
            "from-tests/auth.test.slackapi-bolt-python.3db65d1d.json",
            "from-tests/auth.test.slackapi-java-slack-sdk.f2d8f613.json",
            "from-tests/auth.test.slackapi-slack-cli.2e5d822f.json",
            "from-tests/auth.test.slackapi-slack-cli.8e2508dd.json",
            "openapi-examples/auth.test.200.json",
        ] {
            let first: AuthTestAnswer = answer(path);
            let again: AuthTestAnswer = serde_json::from_value(crate::wire::success(&first)).unwrap();
            assert_eq!(again, first, "{path}");
        }
        let org: AuthTestAnswer = answer("from-tests/auth.test.slackapi-slack-cli.2e5d822f.json");
        assert!(org.is_enterprise_install);
        assert_eq!(org.enterprise_id.unwrap().as_str(), "E99");
    }
}
