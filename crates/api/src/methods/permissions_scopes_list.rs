//! `apps.permissions.scopes.list`: a workspace app's scopes by resource type.

use std::collections::BTreeMap;

use grantbook_core::{ResourceType, Scope};
use serde::{Deserialize, Serialize};

use super::Method;

/// No arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionsScopesList {}

/// All seven types; each scope applies to every granted resource of its type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionsScopesListAnswer {
    /// By resource type.
    pub scopes: BTreeMap<ResourceType, Vec<Scope>>,
}

impl Method for PermissionsScopesList {
    const NAME: &'static str = "apps.permissions.scopes.list";
    const IDEMPOTENT: bool = true;
    type Answer = PermissionsScopesListAnswer;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn the_documented_object_is_read() {
        let first: PermissionsScopesListAnswer = answer("openapi-examples/apps.permissions.scopes.list.200.json");
        assert_eq!(first.scopes.len(), 7);
        assert_eq!(first.scopes[&ResourceType::Team], [Scope::new("users:read").unwrap()]);
        let again: PermissionsScopesListAnswer = serde_json::from_value(crate::wire::success(&first)).unwrap();
        assert_eq!(again, first);
    }
}
