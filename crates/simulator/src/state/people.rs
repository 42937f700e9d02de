//! Organizations, workspaces, people and where they talk.

use std::collections::BTreeSet;

use grantbook_core::{AppId, EnterpriseId, ResourceId, ResourceType, TeamId, UserId};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// An Enterprise Grid organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enterprise {
    /// `E…`.
    pub id: EnterpriseId,
    /// What it is called.
    pub name: String,
    /// The first part of its address.
    #[serde(default)]
    pub domain: String,
}

/// A workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// `T…`.
    pub id: TeamId,
    /// What it is called.
    pub name: String,
    /// The first part of its address.
    pub domain: String,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// `U…`.
    pub id: UserId,
    /// The handle, without the `@`.
    pub name: String,
    /// The name people read.
    #[serde(default)]
    pub real_name: String,
    /// The workspaces they belong to.
    pub teams: BTreeSet<TeamId>,
    /// Whether they have not confirmed their e-mail address: apps they allow get `user_email_unverified`.
    #[serde(default)]
    pub email_unverified: bool,
    /// Whether they administer the organization, and may install apps in all of it.
    #[serde(default)]
    pub org_admin: bool,
}

/// A place where people, and apps that were added, write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// `C…`, `G…` or `D…`.
    pub id: ResourceId,
    /// Its workspace.
    pub team: TeamId,
    /// Its name; direct messages have none.
    #[serde(default)]
    pub name: String,
    /// `channel`, `group`, `mpim`, `im` or `app_home`.
    #[serde(deserialize_with = "conversation_kind")]
    pub kind: ResourceType,
    /// The people in it.
    #[serde(default)]
    pub members: BTreeSet<UserId>,
    /// The app at the other end of an app home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppId>,
}

impl Conversation {
    /// Public channels are everybody's; the rest is its members'.
    pub fn is_visible_to(&self, user: &UserId) -> bool {
        self.kind == ResourceType::Channel || self.members.contains(user)
    }
}

fn conversation_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ResourceType, D::Error> {
    match ResourceType::deserialize(deserializer)? {
        kind @ (ResourceType::Team | ResourceType::User) => Err(D::Error::custom(format!("{kind} is no conversation"))),
        kind => Ok(kind),
    }
}
