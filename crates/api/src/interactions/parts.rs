//! The people and places that interactions name.

use grantbook_core::{EnterpriseId, ResourceId, TeamId, Tenant, UserId};
use serde::{Deserialize, Serialize};

use crate::wire::optional;

/// The workspace in which somebody acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InteractionTeam {
    /// The workspace.
    pub id: TeamId,
    /// Its name in addresses.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Its organization.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub enterprise_id: Option<EnterpriseId>,
    /// Its organization's name.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub enterprise_name: Option<String>,
}

/// The organization in which somebody acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InteractionEnterprise {
    /// The organization.
    pub id: EnterpriseId,
    /// Its name.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The conversation in which somebody acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InteractionChannel {
    /// The conversation.
    pub id: ResourceId,
    /// Its name; `directmessage` for direct messages and app homes.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InteractionUser {
    /// The person.
    pub id: UserId,
    /// The handle.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The handle once more, as Block Kit's payloads call it.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The person's own workspace or organization.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub team_id: Option<Tenant>,
}

impl InteractionUser {
    /// A person and their handle.
    pub fn new(id: UserId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: Some(name.into()),
            username: None,
            team_id: None,
        }
    }

    /// The handle, under whichever name it came.
    pub fn handle(&self) -> Option<&str> {
        self.name.as_deref().or(self.username.as_deref())
    }
}

/// Whose installation an interaction belongs to: the organization for an org-wide install, the workspace
/// otherwise, and the organization again where no workspace is named.
pub(super) fn tenant(
    team: Option<&InteractionTeam>,
    enterprise: Option<&InteractionEnterprise>,
    is_enterprise_install: bool,
) -> Option<Tenant> {
    let enterprise = enterprise
        .map(|enterprise| &enterprise.id)
        .or(team.and_then(|team| team.enterprise_id.as_ref()))
        .cloned()
        .map(Tenant::Enterprise);
    let team = team.map(|team| Tenant::Team(team.id.clone()));
    if is_enterprise_install {
        enterprise.or(team)
    } else {
        team.or(enterprise)
    }
}
