//! `AccessResponse`: the two things `oauth.access` can answer for a code.

use grantbook_core::{EnterpriseId, Scope, TeamId, UserId};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Value, json};

use super::WorkspaceInstall;
use crate::{secret::AccessToken, wire};

/// What `oauth.access` answers: a workspace app's installation or a classic app's.
#[derive(Clone, Debug)]
pub enum AccessResponse {
    /// `token_type: "app"`.
    Workspace(Box<WorkspaceInstall>),
    /// Anything else.
    Classic(Box<ClassicInstall>),
}

impl<'de> Deserialize<'de> for AccessResponse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let workspace = value.get("token_type").and_then(Value::as_str) == Some("app");
        let shape = |error: serde_json::Error| D::Error::custom(wire::reason(&error));
        if workspace {
            serde_json::from_value(value)
                .map(|install| Self::Workspace(Box::new(install)))
                .map_err(shape)
        } else {
            serde_json::from_value(value)
                .map(|install| Self::Classic(Box::new(install)))
                .map_err(shape)
        }
    }
}

impl AccessResponse {
    /// The answer as Slack would send it. Holds the tokens in plain: for whoever issued them.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Workspace(install) => install.to_json(),
            Self::Classic(install) => install.to_json(),
        }
    }
}

/// A classic app's installation: one flat list of scopes, a user token and perhaps a bot.
#[derive(Clone, Debug, Deserialize)]
pub struct ClassicInstall {
    /// The user token, `xoxp-…`.
    pub access_token: AccessToken,
    /// The scopes, as one comma-separated text on the wire.
    #[serde(default, rename = "scope", deserialize_with = "wire::scope_list")]
    pub scopes: Vec<Scope>,
    /// Who allowed the app.
    #[serde(default, deserialize_with = "wire::optional")]
    pub user_id: Option<UserId>,
    /// The workspace's name.
    pub team_name: String,
    /// The workspace.
    pub team_id: TeamId,
    /// The workspace's organization.
    #[serde(default, deserialize_with = "wire::optional")]
    pub enterprise_id: Option<EnterpriseId>,
    /// The app's bot user, when the scope `bot` was asked for.
    pub bot: Option<BotInstall>,
}

/// A classic app's bot user.
#[derive(Clone, Debug, Deserialize)]
pub struct BotInstall {
    /// The bot's user.
    pub bot_user_id: UserId,
    /// The bot's token, `xoxb-…`.
    pub bot_access_token: AccessToken,
}

impl ClassicInstall {
    fn to_json(&self) -> Value {
        let scopes: Vec<&str> = self.scopes.iter().map(Scope::as_str).collect();
        let mut answer = json!({
            "ok": true,
            "access_token": self.access_token.expose(),
            "scope": scopes.join(","),
            "team_name": self.team_name,
            "team_id": self.team_id,
            "enterprise_id": self.enterprise_id,
        });
        if let Some(user) = &self.user_id {
            answer["user_id"] = json!(user);
        }
        if let Some(bot) = &self.bot {
            answer["bot"] =
                json!({ "bot_user_id": bot.bot_user_id, "bot_access_token": bot.bot_access_token.expose() });
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use grantbook_core::ResourceType;

    use super::*;

    macro_rules! fixture {
        ($path:literal) => {
            include_str!(concat!("../../fixtures/", $path))
        };
    }

    fn workspace(text: &str) -> WorkspaceInstall {
        match serde_json::from_str(text).unwrap() {
            AccessResponse::Workspace(install) => *install,
            AccessResponse::Classic(_) => panic!("a workspace app's answer was read as a classic one"),
        }
    }

    fn classic(text: &str) -> ClassicInstall {
        match serde_json::from_str(text).unwrap() {
            AccessResponse::Classic(install) => *install,
            AccessResponse::Workspace(_) => panic!("a classic answer was read as a workspace app's"),
        }
    }

    fn names(scopes: Option<&BTreeSet<Scope>>) -> Vec<&str> {
        scopes.into_iter().flatten().map(Scope::as_str).collect()
    }

    #[test]
    fn the_answer_of_april_2018_is_read_whole() {
        for text in [
            fixture!("seeds/oauth.access.json"),
            fixture!("oauth/docs-examples/oauth.access.success_with_workspace_token.json"),
            fixture!("oauth/docs-examples-2021-06/oauth.access.2.json"),
        ] {
            let install = workspace(text);
            assert_eq!(install.access_token.expose(), "xoxa-access-token-string");
            assert_eq!(install.app_user_id.as_str(), "U0NKHRW57");
            assert_eq!(install.team_name, "Subarachnoid Workspace");
            assert_eq!(install.installer_user.user_id.as_str(), "U061F7AUR");
            assert_eq!(install.installer_user.app_home.as_ref().unwrap().as_str(), "D0PNCRP9N");
            let channel = names(install.scopes.get(&ResourceType::Channel));
            assert_eq!(channel, ["channels:history", "channels:read", "chat:write"]);
            assert_eq!(install.scopes.len(), 7);
            assert!(install.enterprise_id.is_none() && install.single_channel_id.is_none());
        }
    }

    #[test]
    fn the_older_answer_of_oauth_token_is_read_too() {
        let install = workspace(fixture!("seeds/oauth.token.json"));
        assert_eq!(install.team_name, "Subarachnoid Workspace");
        assert_eq!(install.single_channel_id.as_ref().unwrap().as_str(), "C061EG9T2");
        assert_eq!(install.authorizing_user.user_id.as_str(), "U061F7AUR");
        assert!(
            install.scopes.contains_key(&ResourceType::Team),
            "`workspace` means `team`"
        );

        for text in [
            fixture!("oauth/docs-examples-2021-06/oauth.token.0.json"),
            fixture!("oauth/openapi-examples/oauth.token.200.json"),
        ] {
            let install = workspace(text);
            assert_eq!(install.authorizing_user.user_id.as_str(), "U0HTT3Q0G");
            assert_eq!(install.installer_user.user_id.as_str(), "U061F7AUR");
            let channel = names(install.scopes.get(&ResourceType::Channel));
            assert_eq!(
                channel,
                ["channels:read", "chat:write:user"],
                "`permissions` are folded into scopes"
            );
        }

        let install = workspace(fixture!("oauth/integrations-slack/oauth.token.workspace-2017-12.json"));
        assert_eq!(install.authorizing_user, install.installer_user);
        assert!(install.scopes.is_empty());
    }

    #[test]
    fn classic_answers_are_told_apart() {
        for text in [
            fixture!("oauth/docs-examples/oauth.access.success.json"),
            fixture!("oauth/docs-examples-2021-06/oauth.access.0.json"),
            fixture!("oauth/openapi-examples/oauth.access.200.json"),
        ] {
            assert_eq!(classic(text).scopes, [Scope::new("groups:write").unwrap()]);
        }
        for text in [
            fixture!("oauth/docs-examples/oauth.access.success_with_bot.json"),
            fixture!("oauth/docs-examples-2021-06/oauth.access.1.json"),
        ] {
            let install = classic(text);
            assert_eq!(install.scopes.len(), 3);
            assert_eq!(install.bot.unwrap().bot_user_id.as_str(), "UTTTTTTTTTTR");
        }
    }

    #[test]
    fn an_answer_survives_being_written_and_read() {
        for text in [
            fixture!("seeds/oauth.access.json"),
            fixture!("seeds/oauth.token.json"),
            fixture!("oauth/docs-examples/oauth.access.success_with_bot.json"),
        ] {
            let first: AccessResponse = serde_json::from_str(text).unwrap();
            let second: AccessResponse = serde_json::from_value(first.to_json()).unwrap();
            assert_eq!(second.to_json(), first.to_json());
        }
        let seed: Value = serde_json::from_str(fixture!("seeds/oauth.access.json")).unwrap();
        let written = workspace(fixture!("seeds/oauth.access.json")).to_json();
        for (name, value) in seed.as_object().unwrap() {
            assert_eq!(&written[name], value, "{name}");
        }
    }

    #[test]
    fn malformed_answers_are_errors_that_repeat_no_token() {
        let mut answer: Value = serde_json::from_str(fixture!("seeds/oauth.access.json")).unwrap();
        answer["team_id"] = json!("xoxa-2-slipped");
        let error = serde_json::from_value::<AccessResponse>(answer.clone())
            .unwrap_err()
            .to_string();
        assert!(!error.contains("slipped"), "{error}");
        answer["team_id"] = json!("T061EG9R6");
        answer["scopes"]["galaxy"] = json!([]);
        assert!(serde_json::from_value::<AccessResponse>(answer).is_err());
    }

    #[test]
    fn nothing_printed_shows_a_token() {
        let install = classic(fixture!("oauth/docs-examples/oauth.access.success_with_bot.json"));
        let printed = format!("{install:?}");
        assert!(!printed.contains("xox"), "{printed}");
    }
}
