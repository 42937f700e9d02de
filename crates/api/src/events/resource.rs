//! What `resources_added` and `resources_removed` list: a resource, or all of a type, and its scopes.

use grantbook_core::{Reach, ResourceId, ResourceType, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::wire::null_as_default;

/// One granted resource with every scope that is now in force on it, old and new.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Wire")]
pub struct ResourceGrant {
    /// The type of the resource.
    pub resource_type: ResourceType,
    /// One resource, or all of the type.
    pub grant: Grant,
    /// The scopes in force on it.
    pub scopes: Vec<Scope>,
}

/// How far a grant reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// One resource.
    Specific(ResourceId),
    /// Every resource of the type, present and future.
    Wildcard {
        /// The class inside the grant, where it names a resource type. No real sample is published.
        class: Option<ResourceType>,
    },
}

impl Grant {
    /// The same in the ledger's words.
    pub fn reach(&self) -> Reach {
        match self {
            Self::Specific(id) => Reach::Specific(id.clone()),
            Self::Wildcard { .. } => Reach::Wildcard,
        }
    }
}

#[derive(Deserialize)]
struct Wire {
    resource: WireResource,
    #[serde(default, deserialize_with = "null_as_default")]
    scopes: Vec<Scope>,
}

#[derive(Deserialize)]
struct WireResource {
    #[serde(rename = "type")]
    resource_type: ResourceType,
    grant: WireGrant,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum WireGrant {
    Specific { resource_id: ResourceId },
    Wildcard { wildcard: Option<WireClass> },
}

#[derive(Deserialize)]
struct WireClass {
    #[serde(rename = "type")]
    class: Option<String>,
}

impl From<Wire> for ResourceGrant {
    fn from(wire: Wire) -> Self {
        let grant = match wire.resource.grant {
            WireGrant::Specific { resource_id } => Grant::Specific(resource_id),
            WireGrant::Wildcard { wildcard } => {
                // The outer type already says what is granted, so an unknown class loses nothing.
                let class = wildcard
                    .and_then(|inner| inner.class)
                    .and_then(|name| name.parse().ok());
                Grant::Wildcard { class }
            }
        };
        Self {
            resource_type: wire.resource.resource_type,
            grant,
            scopes: wire.scopes,
        }
    }
}

impl Serialize for ResourceGrant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl ResourceGrant {
    fn to_json(&self) -> Value {
        let grant = match &self.grant {
            Grant::Specific(id) => json!({ "type": "specific", "resource_id": id }),
            Grant::Wildcard { class: Some(class) } => json!({ "type": "wildcard", "wildcard": { "type": class } }),
            Grant::Wildcard { class: None } => json!({ "type": "wildcard" }),
        };
        json!({ "resource": { "type": self.resource_type, "grant": grant }, "scopes": self.scopes })
    }
}
