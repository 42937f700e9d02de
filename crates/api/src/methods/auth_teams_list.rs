//! `auth.teams.list`: the workspaces that an org-wide install was given.

use grantbook_core::TeamId;
use serde::{Deserialize, Serialize};

use super::{Method, Page, Paged, ResponseMetadata};
use crate::wire::{null_as_default, optional};

/// Which page. For an organization's token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthTeamsList {
    /// Where the page begins; none for the first.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Workspaces per page, 1 to 1000; Slack's own choice is 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// One page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthTeamsListAnswer {
    /// The workspaces.
    pub teams: Vec<GrantedTeam>,
    /// Where the next page begins.
    #[serde(default, deserialize_with = "null_as_default")]
    pub response_metadata: ResponseMetadata,
}

/// A workspace that the app was given. Icons are not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GrantedTeam {
    /// The workspace.
    pub id: TeamId,
    /// Its name; may be blank.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
}

impl Method for AuthTeamsList {
    const NAME: &'static str = "auth.teams.list";
    const IDEMPOTENT: bool = true;
    type Answer = AuthTeamsListAnswer;
}

impl Paged for AuthTeamsList {
    type Item = GrantedTeam;

    fn with_cursor(&self, cursor: String) -> Self {
        Self {
            cursor: Some(cursor),
            ..self.clone()
        }
    }

    fn page(answer: Self::Answer) -> Page<GrantedTeam> {
        Page {
            items: answer.teams,
            next_cursor: answer.response_metadata.next_cursor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn a_real_page_is_read_and_written() {
        let first: AuthTeamsListAnswer = answer("docs-examples/auth.teams.list.success.json");
        let again: AuthTeamsListAnswer = serde_json::from_value(crate::wire::success(&first)).unwrap();
        assert_eq!(again, first);
        let page = AuthTeamsList::page(first);
        assert_eq!(page.items.len(), 2);
        assert_eq!(
            (page.items[1].id.as_str(), page.items[1].name.as_str()),
            ("T12345679", "Migi's workspace")
        );
        let next = AuthTeamsList::default().with_cursor(page.next_cursor.unwrap());
        assert_eq!(
            serde_urlencoded::to_string(next).unwrap(),
            "cursor=dXNlcl9pZDo5MTQyOTI5Mzkz"
        );
    }
}
