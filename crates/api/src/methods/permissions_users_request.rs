//! `apps.permissions.users.request`: opens a dialog that asks a named person to let the app act for them.

use grantbook_core::{Scope, UserId};
use serde::{Deserialize, Serialize};

use super::Method;
use crate::{
    trigger::TriggerId,
    wire::{scope_list, with_commas},
};

/// What to ask for, whom, and the proof that somebody has just acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionsUsersRequest {
    /// The scopes, all of them `…:user`; commas on the wire.
    #[serde(deserialize_with = "scope_list", serialize_with = "with_commas")]
    pub scopes: Vec<Scope>,
    /// The trigger.
    pub trigger_id: TriggerId,
    /// The person who is asked.
    pub user: UserId,
}

/// Says only that the dialog was shown. What the person decides comes as an event, or never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionsUsersRequestAnswer {}

impl Method for PermissionsUsersRequest {
    const NAME: &'static str = "apps.permissions.users.request";
    const IDEMPOTENT: bool = false;
    type Answer = PermissionsUsersRequestAnswer;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn the_form_names_the_person() {
        let call = PermissionsUsersRequest {
            scopes: Scope::parse_list("dnd:write:user").unwrap(),
            trigger_id: "1.2.3".parse().unwrap(),
            user: UserId::new("U024BFF1M").unwrap(),
        };
        let form = serde_urlencoded::to_string(&call).unwrap();
        assert_eq!(form, "scopes=dnd%3Awrite%3Auser&trigger_id=1.2.3&user=U024BFF1M");
        assert_eq!(
            serde_urlencoded::from_str::<PermissionsUsersRequest>(&form).unwrap(),
            call
        );
    }

    #[test]
    fn the_answer_says_nothing_more() {
        for path in [
            "openapi-examples/apps.permissions.users.request.200.json",
            "docs-examples-2021-06/apps.permissions.users.request.0.json",
        ] {
            let PermissionsUsersRequestAnswer {} = answer(path);
        }
    }
}
