//! `V2Access`: what `oauth.v2.access` answers for a code, and for a refresh of the bot's token.

use grantbook_core::{AppId, EnterpriseId, Scope, TeamId, Tenant, UserId};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    secret::{AccessToken, RefreshToken},
    wire::{self, flag, optional, optional_object, scope_list},
};

/// A modern app's installation (docs.slack.dev, `oauth.v2.access`).
///
/// The bot's fields are absent when only user scopes were asked for. An incoming webhook's address, which
/// is a secret of another kind, is not read.
#[derive(Clone, Debug, Deserialize)]
pub struct V2Access {
    /// The bot's token, `xoxb-…` or `xoxe.xoxb-…`.
    #[serde(default)]
    pub access_token: Option<AccessToken>,
    /// `bot`; absent without a bot's token.
    #[serde(default, deserialize_with = "optional")]
    pub token_type: Option<String>,
    /// All scopes that the bot's token now has, one text with commas on the wire. Scopes are additive: those of
    /// earlier installs are among them.
    #[serde(default, rename = "scope", deserialize_with = "scope_list")]
    pub scopes: Vec<Scope>,
    /// The app's own user.
    #[serde(default, deserialize_with = "optional")]
    pub bot_user_id: Option<UserId>,
    /// The app.
    pub app_id: AppId,
    /// The workspace; none for an org-wide install.
    #[serde(default, deserialize_with = "optional_object")]
    pub team: Option<V2Team>,
    /// The organization.
    #[serde(default, deserialize_with = "optional_object")]
    pub enterprise: Option<V2Enterprise>,
    /// Whether the app is now installed in the whole organization at once.
    #[serde(default, deserialize_with = "flag")]
    pub is_enterprise_install: bool,
    /// Who allowed the app. There for every code; absent from the answer to a refresh.
    #[serde(default, deserialize_with = "optional_object")]
    pub authed_user: Option<V2User>,
    /// Seconds until the bot's token ends, with rotation on; 43200.
    #[serde(default)]
    pub expires_in: Option<i64>,
    /// What buys the next token, once; with rotation on.
    #[serde(default)]
    pub refresh_token: Option<RefreshToken>,
}

/// The workspace of an install.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct V2Team {
    /// The workspace.
    pub id: TeamId,
    /// Its name.
    #[serde(default, deserialize_with = "optional")]
    pub name: Option<String>,
}

/// The organization of an install.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct V2Enterprise {
    /// The organization.
    pub id: EnterpriseId,
    /// Its name.
    #[serde(default, deserialize_with = "optional")]
    pub name: Option<String>,
}

/// Who allowed the app, and the token that acts for them, where user scopes were asked for.
#[derive(Clone, Debug, Deserialize)]
pub struct V2User {
    /// The person.
    pub id: UserId,
    /// What the app may do for them.
    #[serde(default, rename = "scope", deserialize_with = "scope_list")]
    pub scopes: Vec<Scope>,
    /// The token, `xoxp-…` or `xoxe.xoxp-…`.
    #[serde(default)]
    pub access_token: Option<AccessToken>,
    /// `user`.
    #[serde(default, deserialize_with = "optional")]
    pub token_type: Option<String>,
    /// Seconds until the token ends, with rotation on.
    #[serde(default)]
    pub expires_in: Option<i64>,
    /// What buys the next token, once; with rotation on.
    #[serde(default)]
    pub refresh_token: Option<RefreshToken>,
}

impl V2User {
    /// A person whom the app may not act for.
    pub fn new(id: UserId) -> Self {
        Self {
            id,
            scopes: Vec::new(),
            access_token: None,
            token_type: None,
            expires_in: None,
            refresh_token: None,
        }
    }

    fn to_json(&self) -> Value {
        let mut user = json!({ "id": self.id });
        if let Some(token) = &self.access_token {
            user["scope"] = json!(wire::commas(&self.scopes));
            user["access_token"] = json!(token.expose());
            user["token_type"] = json!(self.token_type.as_deref().unwrap_or("user"));
            rotation(&mut user, self.expires_in, self.refresh_token.as_ref());
        }
        user
    }
}

/// With rotation on, each token says when it ends and what buys the next.
pub(super) fn rotation(value: &mut Value, expires_in: Option<i64>, refresh_token: Option<&RefreshToken>) {
    if let Some(seconds) = expires_in {
        value["expires_in"] = json!(seconds);
    }
    if let Some(token) = refresh_token {
        value["refresh_token"] = json!(token.expose());
    }
}

/// A workspace or an organization as answers write it.
pub(super) fn named(id: &str, name: Option<&str>) -> Value {
    wire::without_nulls(json!({ "id": id, "name": name }))
}

/// Where an install is, by what its answer names.
pub(super) fn tenant(team: Option<&V2Team>, enterprise: Option<&V2Enterprise>, org_wide: bool) -> Option<Tenant> {
    let enterprise = enterprise.map(|it| Tenant::Enterprise(it.id.clone()));
    let team = team.map(|it| Tenant::Team(it.id.clone()));
    if org_wide { enterprise } else { team.or(enterprise) }
}

impl V2Access {
    /// Where the app is now installed; none where the answer names neither workspace nor organization.
    pub fn tenant(&self) -> Option<Tenant> {
        tenant(self.team.as_ref(), self.enterprise.as_ref(), self.is_enterprise_install)
    }

    /// The answer as Slack would send it. Holds the tokens in plain: for whoever issued them.
    pub fn to_json(&self) -> Value {
        let team = self.team.as_ref().map(|it| named(it.id.as_str(), it.name.as_deref()));
        let enterprise = self.enterprise.as_ref();
        let enterprise = enterprise.map(|it| named(it.id.as_str(), it.name.as_deref()));
        let mut answer = json!({
            "ok": true,
            "app_id": self.app_id,
            "team": team,
            "enterprise": enterprise,
            "is_enterprise_install": self.is_enterprise_install,
        });
        if let Some(token) = &self.access_token {
            answer["access_token"] = json!(token.expose());
            answer["token_type"] = json!(self.token_type.as_deref().unwrap_or("bot"));
            answer["scope"] = json!(wire::commas(&self.scopes));
            rotation(&mut answer, self.expires_in, self.refresh_token.as_ref());
        }
        if let Some(bot) = &self.bot_user_id {
            answer["bot_user_id"] = json!(bot);
        }
        if let Some(user) = &self.authed_user {
            answer["authed_user"] = user.to_json();
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Every successful `oauth.v2.access` that was ever recorded here.
    fn files() -> Vec<(String, String)> {
        let root = format!("{}/fixtures/oauth", env!("CARGO_MANIFEST_DIR"));
        let mut found = Vec::new();
        for folder in fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()) {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                let name = path.display().to_string();
                let text = fs::read_to_string(&path).unwrap();
                let is_openid = text.contains("id_token");
                let is_v2 = (name.contains("v2.access") || name.contains("from-tests/access")) && !is_openid;
                if is_v2 && text.contains(r#""ok": true"#) {
                    found.push((name, text));
                }
            }
        }
        found.sort();
        assert_eq!(found.len(), 12, "a fixture was added or lost");
        found
    }

    fn file(part: &str) -> V2Access {
        let (_, text) = files().into_iter().find(|(name, _)| name.contains(part)).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn every_real_answer_is_read_and_survives_being_written() {
        for (name, text) in files() {
            let first: V2Access = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            let written = first.to_json();
            let again: V2Access = serde_json::from_value(written.clone()).unwrap();
            assert_eq!(again.to_json(), written, "{name}");
            assert!(first.tenant().is_some(), "{name}");
            let original: Value = serde_json::from_str(&text).unwrap();
            for field in [
                "access_token",
                "scope",
                "bot_user_id",
                "authed_user",
                "expires_in",
                "refresh_token",
            ] {
                assert_eq!(written.get(field), original.get(field), "{name}: {field}");
            }
            assert!(!format!("{first:?}").contains("xox"), "{name}");
        }
    }

    #[test]
    fn a_skeleton_of_blanks_is_refused() {
        let path = "fixtures/oauth/java-json-logs/oauth.v2.access.json";
        let text = fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert!(
            serde_json::from_str::<V2Access>(&text).is_err(),
            "a blank `app_id` names no app"
        );
    }

    #[test]
    fn bot_and_person_have_scopes_of_their_own() {
        let access = file("success_with_token_rotation");
        assert_eq!(access.scopes, Scope::parse_list("commands,incoming-webhook").unwrap());
        assert_eq!(
            (access.expires_in, access.token_type.as_deref()),
            (Some(43_200), Some("bot"))
        );
        let user = access.authed_user.unwrap();
        assert_eq!(user.scopes, [Scope::new("chat:write").unwrap()]);
        assert!(user.refresh_token.is_some());
    }

    #[test]
    fn user_scopes_alone_bring_no_bot() {
        let access = file("sign_in_with_slack");
        assert!(access.access_token.is_none() && access.bot_user_id.is_none() && access.scopes.is_empty());
        assert_eq!(access.authed_user.unwrap().scopes.len(), 4);
    }

    #[test]
    fn an_org_wide_install_belongs_to_the_organization() {
        let org = json!({
            "ok": true, "access_token": "xoxb-1", "token_type": "bot", "scope": "chat:write", "app_id": "A1", "team": null,
            "enterprise": {"id": "E1", "name": "Sandbox"}, "is_enterprise_install": true, "authed_user": {"id": "W1"},
        });
        let access: V2Access = serde_json::from_value(org.clone()).unwrap();
        assert_eq!(access.tenant().unwrap().to_string(), "E1");
        assert_eq!(access.to_json(), org);
        let blank = file("slack-go-slack");
        assert!(blank.enterprise.is_none(), "a blank organization is none");
    }
}
