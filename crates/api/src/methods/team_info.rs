//! `team.info`: what a workspace is called.

use grantbook_core::{EnterpriseId, TeamId};
use serde::{Deserialize, Serialize};

use super::Method;
use crate::wire::optional;

/// Which workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamInfo {
    /// The workspace; none for the token's own. An organization's token must name one.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamInfoAnswer {
    /// The workspace.
    pub team: Team,
}

/// A workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// The workspace.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// The first part of its address.
    #[serde(default)]
    pub domain: String,
    /// Its organization.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub enterprise_id: Option<EnterpriseId>,
}

impl Method for TeamInfo {
    const NAME: &'static str = "team.info";
    const IDEMPOTENT: bool = true;
    type Answer = TeamInfoAnswer;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn real_answers_are_read() {
        for path in [
            "docs-examples/team.info.success.json",
            "openapi-examples/team.info.200.json",
        ] {
            let TeamInfoAnswer { team } = answer(path);
            assert_eq!((team.id.as_str(), team.domain.as_str()), ("T12345", "example"));
            assert_eq!(team.enterprise_id.unwrap().as_str(), "E1234A12AB");
        }
    }
}
