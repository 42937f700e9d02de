//! `apps.permissions.users.list`: the people for whom a workspace app may act.

use grantbook_core::{Scope, UserId};
use serde::{Deserialize, Serialize};

use super::{Method, Page, Paged, ResponseMetadata};
use crate::wire::{null_as_default, optional};

/// Where to begin and how much to send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionsUsersList {
    /// Where the page begins; none for the first.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The most items in a page, under 1000; Slack advises at most 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// One page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionsUsersListAnswer {
    /// The people and what they allowed.
    pub resources: Vec<UserResource>,
    /// Where the next page begins.
    #[serde(default, deserialize_with = "null_as_default")]
    pub response_metadata: ResponseMetadata,
}

/// What one person allowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UserResource {
    /// The person.
    pub id: UserId,
    /// The scopes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub scopes: Vec<Scope>,
}

impl Method for PermissionsUsersList {
    const NAME: &'static str = "apps.permissions.users.list";
    const IDEMPOTENT: bool = true;
    type Answer = PermissionsUsersListAnswer;
}

impl Paged for PermissionsUsersList {
    type Item = UserResource;

    fn with_cursor(&self, cursor: String) -> Self {
        Self {
            cursor: Some(cursor),
            ..self.clone()
        }
    }

    fn page(answer: Self::Answer) -> Page<UserResource> {
        Page {
            items: answer.resources,
            next_cursor: answer.response_metadata.next_cursor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn each_person_has_scopes_of_their_own() {
        let first: PermissionsUsersListAnswer = answer("openapi-examples/apps.permissions.users.list.200.json");
        let again: PermissionsUsersListAnswer = serde_json::from_value(crate::wire::success(&first)).unwrap();
        assert_eq!(again, first);
        let page = PermissionsUsersList::page(first);
        assert_eq!(
            page.items[0].scopes,
            Scope::parse_list("dnd:write:user,reminders:write:user").unwrap()
        );
        assert_eq!(page.items[1].id.as_str(), "U024BFF1M");
        assert_eq!(page.next_cursor.as_deref(), Some("dGVhbTdPMUg5UkFTT0w="));
    }
}
