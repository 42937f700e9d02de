//! `apps.permissions.request`: opens a dialog that asks the person who has just acted for more scopes.

use grantbook_core::Scope;
use serde::{Deserialize, Serialize};

use super::Method;
use crate::{
    trigger::TriggerId,
    wire::{scope_list, with_commas},
};

/// What to ask for, and the proof that somebody has just acted. The dialog opens for that person.
///
/// Call it with [`RetryPolicy::NONE`](crate::RetryPolicy::NONE): a trigger is good for one call within three seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionsRequest {
    /// The scopes, either all for the app or all `…:user`; commas on the wire.
    #[serde(deserialize_with = "scope_list", serialize_with = "with_commas")]
    pub scopes: Vec<Scope>,
    /// The trigger.
    pub trigger_id: TriggerId,
}

/// Says only that the dialog was shown. What the person decides comes as an event, or never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionsRequestAnswer {}

impl Method for PermissionsRequest {
    const NAME: &'static str = "apps.permissions.request";
    const IDEMPOTENT: bool = false;
    type Answer = PermissionsRequestAnswer;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn the_form_is_the_one_of_the_progressive_permissions_page() {
        let call = PermissionsRequest {
            scopes: Scope::parse_list("users:read,channels:history").unwrap(),
            trigger_id: "11820576016.6048553856.093b9205636ddbfc180e1e74d33e9af6"
                .parse()
                .unwrap(),
        };
        let form = serde_urlencoded::to_string(&call).unwrap();
        assert_eq!(
            form,
            "scopes=users%3Aread%2Cchannels%3Ahistory&trigger_id=11820576016.6048553856.093b9205636ddbfc180e1e74d33e9af6"
        );
        assert_eq!(serde_urlencoded::from_str::<PermissionsRequest>(&form).unwrap(), call);
        assert!(serde_urlencoded::from_str::<PermissionsRequest>("scopes=commands").is_err());
        assert!(serde_urlencoded::from_str::<PermissionsRequest>("scopes=NO&trigger_id=1.2.3").is_err());
    }

    #[test]
    fn the_answer_says_nothing_more() {
        for path in [
            "openapi-examples/apps.permissions.request.200.json",
            "docs-examples-2021-06/apps.permissions.request.0.json",
        ] {
            let PermissionsRequestAnswer {} = answer(path);
        }
    }
}
