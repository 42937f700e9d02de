//! What a scope can reach: the seven resource types, one resource, or all of a type.

use std::{borrow::Borrow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

/// The seven resource types of the Permissions API, in the order the console shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ResourceType {
    /// The workspace itself. Older documents say `workspace`.
    Team,
    /// The direct-message conversation between the app and a person.
    AppHome,
    /// A public channel.
    Channel,
    /// A private channel.
    Group,
    /// A group direct message.
    Mpim,
    /// A direct message.
    Im,
    /// A person for whom the app may act.
    User,
}

/// The text names no resource type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a resource type (team, app_home, channel, group, mpim, im, user)")]
pub struct UnknownResourceType(pub String);

impl ResourceType {
    /// All seven.
    pub const ALL: [Self; 7] = [
        Self::Team,
        Self::AppHome,
        Self::Channel,
        Self::Group,
        Self::Mpim,
        Self::Im,
        Self::User,
    ];

    /// The name as Slack spells it today.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::AppHome => "app_home",
            Self::Channel => "channel",
            Self::Group => "group",
            Self::Mpim => "mpim",
            Self::Im => "im",
            Self::User => "user",
        }
    }

    /// One of them, in plain words.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Team => "workspace",
            Self::AppHome => "app home",
            Self::Channel => "channel",
            Self::Group => "private channel",
            Self::Mpim => "group message",
            Self::Im => "direct message",
            Self::User => "person",
        }
    }

    /// The same in the plural.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Team => "workspaces",
            Self::AppHome => "app homes",
            Self::Channel => "channels",
            Self::Group => "private channels",
            Self::Mpim => "group messages",
            Self::Im => "direct messages",
            Self::User => "people",
        }
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ResourceType {
    type Err = UnknownResourceType;

    /// Accepts `workspace` for `team`, as the first documents of the developer preview wrote it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "workspace" {
            return Ok(Self::Team);
        }
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownResourceType(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for ResourceType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// The identifier of one resource: `C…`, `G…`, `D…`, `T…`, `U…`. Opaque beyond its shape.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "C061EG9T2"))]
pub struct ResourceId(String);

/// The text is not a resource identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a resource id (capital letters and digits, as in C061EG9T2)")]
pub struct ResourceIdError(String);

impl ResourceId {
    /// Checks and keeps an identifier.
    pub fn new(text: impl Into<String>) -> Result<Self, ResourceIdError> {
        let text = text.into();
        let fine = (2..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        if fine {
            Ok(Self(text))
        } else {
            Err(ResourceIdError(text))
        }
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ResourceId {
    type Err = ResourceIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl Borrow<str> for ResourceId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&crate::TeamId> for ResourceId {
    fn from(team: &crate::TeamId) -> Self {
        Self(team.as_str().to_owned())
    }
}

impl From<&crate::UserId> for ResourceId {
    fn from(user: &crate::UserId) -> Self {
        Self(user.as_str().to_owned())
    }
}

impl<'de> Deserialize<'de> for ResourceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// How far a grant of a type reaches: one resource, or every one of the type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type", content = "id")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Reach {
    /// Every resource of the type, present and future, less the excluded ones.
    Wildcard,
    /// One resource.
    Specific(ResourceId),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_reads_back_and_workspace_means_team() {
        for kind in ResourceType::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("workspace".parse(), Ok(ResourceType::Team));
        assert!("galaxy".parse::<ResourceType>().is_err());
    }
}
