//! `V2UserToken`: a modern user token by itself, at the top of the answer.
//!
//! `oauth.v2.access` answers so to the refresh of a user token, `oauth.v2.exchange` to the exchange of one,
//! and `oauth.v2.user.access` to a code (docs.slack.dev, the methods' pages).

use grantbook_core::{AppId, Scope, Tenant, UserId};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Value, json};

use super::v2::{V2Enterprise, V2Team, V2User, named, rotation, tenant};
use crate::{
    secret::{AccessToken, RefreshToken},
    wire::{self, flag, optional, optional_object, scope_list},
};

/// A token that acts for one person. An `id_token` beside it is not read.
#[derive(Clone, Debug)]
pub struct V2UserToken {
    /// The token, `xoxp-…` or `xoxe.xoxp-…`.
    pub access_token: AccessToken,
    /// The person.
    pub user_id: UserId,
    /// What the app may do for them.
    pub scopes: Vec<Scope>,
    /// The app; one example of Slack's leaves it out.
    pub app_id: Option<AppId>,
    /// The workspace; none for an org-wide install.
    pub team: Option<V2Team>,
    /// The organization.
    pub enterprise: Option<V2Enterprise>,
    /// Whether the token is good in the whole organization.
    pub is_enterprise_install: bool,
    /// Seconds until the token ends, with rotation on; 43200.
    pub expires_in: Option<i64>,
    /// What buys the next token, once; with rotation on.
    pub refresh_token: Option<RefreshToken>,
}

/// The answer on the wire: the person is at the top or in `authed_user`, and so are the scopes.
#[derive(Deserialize)]
struct Wire {
    access_token: AccessToken,
    #[serde(default, deserialize_with = "optional")]
    user_id: Option<UserId>,
    #[serde(default, deserialize_with = "optional_object")]
    authed_user: Option<V2User>,
    #[serde(default, rename = "scope", deserialize_with = "scope_list")]
    scopes: Vec<Scope>,
    #[serde(default, deserialize_with = "optional")]
    app_id: Option<AppId>,
    #[serde(default, deserialize_with = "optional_object")]
    team: Option<V2Team>,
    #[serde(default, deserialize_with = "optional_object")]
    enterprise: Option<V2Enterprise>,
    #[serde(default, deserialize_with = "flag")]
    is_enterprise_install: bool,
    #[serde(default)]
    expires_in: Option<i64>,
    #[serde(default)]
    refresh_token: Option<RefreshToken>,
}

impl<'de> Deserialize<'de> for V2UserToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let (id, scopes) = wire
            .authed_user
            .map_or((None, Vec::new()), |it| (Some(it.id), it.scopes));
        Ok(Self {
            access_token: wire.access_token,
            user_id: wire.user_id.or(id).ok_or_else(|| D::Error::missing_field("user_id"))?,
            scopes: if wire.scopes.is_empty() { scopes } else { wire.scopes },
            app_id: wire.app_id,
            team: wire.team,
            enterprise: wire.enterprise,
            is_enterprise_install: wire.is_enterprise_install,
            expires_in: wire.expires_in,
            refresh_token: wire.refresh_token,
        })
    }
}

impl V2UserToken {
    /// Where the token is good; none where the answer names neither workspace nor organization.
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
            "access_token": self.access_token.expose(),
            "token_type": "user",
            "scope": wire::commas(&self.scopes),
            "user_id": self.user_id,
            "team": team,
            "enterprise": enterprise,
            "is_enterprise_install": self.is_enterprise_install,
        });
        if let Some(app) = &self.app_id {
            answer["app_id"] = json!(app);
        }
        rotation(&mut answer, self.expires_in, self.refresh_token.as_ref());
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_person_may_be_at_the_top_or_beside() {
        let top = json!({
            "ok": true, "access_token": "xoxe.xoxp-1-a", "token_type": "user", "scope": "chat:write", "user_id": "W1",
            "app_id": "A1", "team": null, "enterprise": {"id": "E1"}, "is_enterprise_install": true,
            "expires_in": 43200, "refresh_token": "xoxe-1-b",
        });
        let read: V2UserToken = serde_json::from_value(top.clone()).unwrap();
        assert_eq!(read.tenant().unwrap().to_string(), "E1");
        assert_eq!(read.to_json(), top);

        let beside = json!({
            "ok": true, "access_token": "xoxp-1", "token_type": "user", "team": {"id": "T1"},
            "authed_user": {"id": "U1", "scope": "openid,email"},
        });
        let read: V2UserToken = serde_json::from_value(beside).unwrap();
        assert_eq!((read.user_id.as_str(), read.scopes.len()), ("U1", 2));
        assert!(!format!("{read:?}").contains("xox"));
    }

    #[test]
    fn a_token_of_nobody_is_refused() {
        let answer = json!({ "ok": true, "access_token": "xoxp-1", "token_type": "user", "team": {"id": "T1"} });
        assert!(serde_json::from_value::<V2UserToken>(answer).is_err());
    }
}
