//! The scope catalogue compiled in: what Slack has published about each scope.
//!
//! Source: `data/scopes.json`, whose `origin` field names the documents it was read from.

use crate::{ResourceType, Scope, Sensitivity, sensitivity};

/// What is published about one scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeInfo {
    /// The scope's name.
    pub name: &'static str,
    /// Slack's own line about it; empty where none was published.
    pub description: &'static str,
    /// Kinds of token that can hold it: `bot`, `user`, `workspace`, `legacy_bot`, `app`, `configuration`.
    pub token_kinds: &'static [&'static str],
    /// Resource types a workspace token's scope applies to; empty for scopes workspace apps never had.
    pub resource_types: &'static [ResourceType],
    /// Whether `resource_types` is documented by an example; otherwise it is inferred from the methods.
    pub documented: bool,
    /// Whether it is one of the `admin.*` family.
    pub admin: bool,
    /// `current`, `classic_or_retired`, `workspace_retired` or `undocumented_page_but_used_by_methods`.
    pub status: &'static str,
}

impl ScopeInfo {
    /// Our judgment of what holding this scope means, with its reason.
    pub fn sensitivity(&self) -> (Sensitivity, &'static str) {
        sensitivity::judge(self.name)
    }
}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// Every scope in the catalogue, by name.
pub fn all() -> &'static [ScopeInfo] {
    TABLE
}

/// What is published about `scope`, or `None` for one the catalogue does not know.
pub fn find(scope: &Scope) -> Option<&'static ScopeInfo> {
    TABLE
        .binary_search_by(|info| info.name.cmp(scope.as_str()))
        .ok()
        .map(|at| &TABLE[at])
}

/// The resource types `scope` applies to in a workspace app; empty when that is not known.
pub fn resource_types(scope: &Scope) -> &'static [ResourceType] {
    find(scope).map_or(&[], |info| info.resource_types)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_sorted_and_whole() {
        assert_eq!(all().len(), 147);
        assert!(all().windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn a_known_scope_has_its_facts_and_an_unknown_one_has_none() {
        let commands = find(&Scope::new("commands").unwrap()).unwrap();
        assert!(commands.documented && commands.token_kinds.contains(&"workspace"));
        assert!(commands.resource_types.contains(&ResourceType::Channel));
        assert_eq!(find(&Scope::new("made:up").unwrap()), None);
        assert!(resource_types(&Scope::new("made:up").unwrap()).is_empty());
    }
}
