//! `WorkspaceInstall`: a workspace app's installation, in every shape Slack has used for it.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{AppId, EnterpriseId, ResourceId, ResourceType, Scope, TeamId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    secret::{AccessToken, RefreshToken},
    wire::{null_as_default, optional},
};

/// What a workspace app receives for a code: `oauth.access` since 17 April 2018, `oauth.token` before.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Wire")]
pub struct WorkspaceInstall {
    /// The workspace token, `xoxa-2-…`.
    pub access_token: AccessToken,
    /// The app.
    pub app_id: AppId,
    /// The app's own user in this workspace.
    pub app_user_id: UserId,
    /// The workspace's name. The first documents called the field `workspace_name`.
    pub team_name: String,
    /// The workspace.
    pub team_id: TeamId,
    /// The workspace's organization.
    pub enterprise_id: Option<EnterpriseId>,
    /// Who has just allowed the app. Answers of 2017 may leave it out; the installer then stands here.
    pub authorizing_user: InstallUser,
    /// Who installed the app first.
    pub installer_user: InstallUser,
    /// The scopes of this authorization alone, by resource type. All of a type's scopes apply to all
    /// of its resources; wildcards are not visible here.
    pub scopes: BTreeMap<ResourceType, BTreeSet<Scope>>,
    /// The one channel of a `single_channel=true` authorization.
    pub single_channel_id: Option<ResourceId>,
    /// The refresh token, `xoxr-…`, where rotation is on.
    pub refresh_token: Option<RefreshToken>,
    /// How long the access token lives, in seconds, where rotation is on.
    pub expires_in: Option<i64>,
}

/// A person in an installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallUser {
    /// The person.
    pub user_id: UserId,
    /// Their conversation with the app.
    #[serde(default, deserialize_with = "optional")]
    pub app_home: Option<ResourceId>,
}

/// All shapes at once: nested users of 2018 and flat ones of 2017, `scopes` and `permissions`.
#[derive(Deserialize)]
struct Wire {
    access_token: AccessToken,
    app_id: AppId,
    app_user_id: UserId,
    #[serde(alias = "workspace_name")]
    team_name: String,
    team_id: TeamId,
    #[serde(default, deserialize_with = "optional")]
    enterprise_id: Option<EnterpriseId>,
    authorizing_user: Option<InstallUser>,
    installer_user: Option<InstallUser>,
    #[serde(default, deserialize_with = "optional")]
    authorizing_user_id: Option<UserId>,
    #[serde(default, deserialize_with = "optional")]
    installer_user_id: Option<UserId>,
    #[serde(default, deserialize_with = "null_as_default")]
    scopes: BTreeMap<String, BTreeSet<Scope>>,
    #[serde(default, deserialize_with = "null_as_default")]
    permissions: Vec<Permission>,
    #[serde(default, deserialize_with = "optional")]
    single_channel_id: Option<ResourceId>,
    refresh_token: Option<RefreshToken>,
    expires_in: Option<i64>,
}

/// One line of `oauth.token`'s `permissions`. Its `resource_id` is a placeholder in every known sample.
#[derive(Deserialize)]
struct Permission {
    resource_type: ResourceType,
    #[serde(default, deserialize_with = "null_as_default")]
    scopes: BTreeSet<Scope>,
}

impl TryFrom<Wire> for WorkspaceInstall {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let flat = |user_id: UserId| InstallUser {
            user_id,
            app_home: None,
        };
        let installer = wire.installer_user.or_else(|| wire.installer_user_id.map(flat));
        let authorizing = wire.authorizing_user.or_else(|| wire.authorizing_user_id.map(flat));
        let installer_user = installer
            .or_else(|| authorizing.clone())
            .ok_or("missing field `installer_user`")?;
        let mut scopes: BTreeMap<ResourceType, BTreeSet<Scope>> = BTreeMap::new();
        for (name, group) in wire.scopes {
            // `workspace` and `team` are one type; an answer could hold both.
            let kind = name
                .parse()
                .map_err(|_| "the field `scopes` has an unknown resource type")?;
            scopes.entry(kind).or_default().extend(group);
        }
        for permission in wire.permissions {
            scopes
                .entry(permission.resource_type)
                .or_default()
                .extend(permission.scopes);
        }
        Ok(Self {
            access_token: wire.access_token,
            app_id: wire.app_id,
            app_user_id: wire.app_user_id,
            team_name: wire.team_name,
            team_id: wire.team_id,
            enterprise_id: wire.enterprise_id,
            authorizing_user: authorizing.unwrap_or_else(|| installer_user.clone()),
            installer_user,
            scopes,
            single_channel_id: wire.single_channel_id,
            refresh_token: wire.refresh_token,
            expires_in: wire.expires_in,
        })
    }
}

impl WorkspaceInstall {
    /// The answer as Slack would send it. Holds the tokens in plain: for whoever issued them.
    pub fn to_json(&self) -> Value {
        let scopes: Map<String, Value> = ResourceType::ALL
            .into_iter()
            .map(|kind| {
                (
                    kind.to_string(),
                    json!(self.scopes.get(&kind).cloned().unwrap_or_default()),
                )
            })
            .collect();
        let mut answer = json!({
            "ok": true,
            "access_token": self.access_token.expose(),
            "token_type": "app",
            "app_id": self.app_id,
            "app_user_id": self.app_user_id,
            "team_name": self.team_name,
            "team_id": self.team_id,
            "enterprise_id": self.enterprise_id,
            "authorizing_user": self.authorizing_user,
            "installer_user": self.installer_user,
            "scopes": scopes,
        });
        if let Some(channel) = &self.single_channel_id {
            answer["single_channel_id"] = json!(channel);
        }
        if let Some(token) = &self.refresh_token {
            answer["refresh_token"] = json!(token.expose());
        }
        if let Some(seconds) = self.expires_in {
            answer["expires_in"] = json!(seconds);
        }
        answer
    }
}
