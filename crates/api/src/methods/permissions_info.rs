//! `apps.permissions.info`: everything a workspace app may do, and the only place that shows wildcards.

use std::collections::BTreeMap;

use grantbook_core::{ResourceId, ResourceType, Scope};
use serde::{Deserialize, Serialize};

use super::Method;
use crate::wire::null_as_default;

/// No arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionsInfo {}

/// Scopes and resources by type. Slack lists every type but `user`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionsInfoAnswer {
    /// By resource type.
    pub info: BTreeMap<ResourceType, InfoEntry>,
}

/// What the app may do with one type. A type may have scopes and no resources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InfoEntry {
    /// The scopes, which apply to every resource of the type.
    #[serde(default, deserialize_with = "null_as_default")]
    pub scopes: Vec<Scope>,
    /// The resources.
    #[serde(default, deserialize_with = "null_as_default")]
    pub resources: InfoResources,
}

/// The resources of one type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InfoResources {
    /// The resources granted one by one; empty with a wildcard.
    #[serde(default, deserialize_with = "null_as_default")]
    pub ids: Vec<ResourceId>,
    /// Whether all resources of the type are granted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub wildcard: bool,
    /// The exceptions of a wildcard.
    #[serde(default, deserialize_with = "null_as_default")]
    pub excluded_ids: Vec<ResourceId>,
}

impl Method for PermissionsInfo {
    const NAME: &'static str = "apps.permissions.info";
    const IDEMPOTENT: bool = true;
    type Answer = PermissionsInfoAnswer;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn specific_resources_are_read() {
        for path in [
            "docs-examples-2021-06/apps.permissions.info.0.json",
            "openapi-examples/apps.permissions.info.200.json",
        ] {
            let PermissionsInfoAnswer { info } = answer(path);
            assert_eq!(info.len(), 6);
            let channel = &info[&ResourceType::Channel];
            assert_eq!(channel.resources.ids, [ResourceId::new("C061FA5PB").unwrap()]);
            assert!(!channel.resources.wildcard);
            assert_eq!(info[&ResourceType::AppHome].scopes.len(), 3);
        }
    }

    #[test]
    fn a_wildcard_has_no_ids() {
        let first: PermissionsInfoAnswer = answer("docs-examples-2021-06/apps.permissions.info.1.json");
        let channel = &first.info[&ResourceType::Channel].resources;
        assert!(channel.wildcard && channel.ids.is_empty() && channel.excluded_ids.is_empty());
        let again: PermissionsInfoAnswer = serde_json::from_value(crate::wire::success(&first)).unwrap();
        assert_eq!(again, first);
    }
}
