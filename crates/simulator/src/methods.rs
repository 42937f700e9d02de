//! The method table: rate tier, body types and scopes of every method there was.
//!
//! Source: `data/methods.json`, whose `origin` says where it was read from.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::limits::Tier;

/// What is known about a method.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct MethodInfo {
    /// How often it may be called.
    pub(crate) tier: Tier,
    /// Whether it takes `application/json`.
    pub(crate) json: bool,
    /// The scopes of which a workspace token needs one; none when workspace tokens are not allowed.
    pub(crate) workspace: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Document {
    methods: BTreeMap<String, MethodInfo>,
}

static TABLE: LazyLock<BTreeMap<String, MethodInfo>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "compiled in, and read by a test")]
    let document: Document = serde_json::from_str(include_str!("../data/methods.json")).expect("the table can be read");
    document.methods
});

/// What is known about a method; none when there is no such method.
pub(crate) fn find(name: &str) -> Option<&'static MethodInfo> {
    TABLE.get(name)
}

/// The name of every method.
#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.keys().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_what_workspace_tokens_may_call() {
        let post = find("chat.postMessage").unwrap();
        assert!(post.json && post.workspace.as_ref().unwrap().contains(&"chat:write".to_owned()));
        assert!(find("conversations.join").unwrap().workspace.is_none());
        assert!(find("apps.permissions.info").unwrap().workspace.is_some());
        assert!(find("made.up").is_none());
    }
}
