//! `admin.apps.permissions.{list,set,add,remove}`. The refusals are those of the pages of 2026-08-20.

use serde_json::{Value, json};

use super::{
    super::{KUDOS, MIKA, NOOR, ORLA},
    Case, Row, Step, call, circumstance, kept,
};
use crate::tests::harness::CHANNEL;

const LIST: &str = "admin.apps.permissions.list";
const SET: &str = "admin.apps.permissions.set";

pub(super) fn rows() -> Vec<Row> {
    vec![list(), set(), add(), remove()]
}

fn named(users: &Value) -> Value {
    json!({"app_id": KUDOS, "permission_type": "named_entities", "user_ids": users})
}

fn is_set(arguments: Value) -> Step {
    Step::Call(SET, arguments)
}

/// A call about people after Mika and a group were named.
fn about(users: &Value) -> Case {
    call(json!({"app_id": KUDOS, "user_ids": users})).after([is_set(named(&json!([MIKA, ORLA])))])
}

fn everyone() -> Step {
    is_set(json!({"app_id": KUDOS, "permission_type": "everyone"}))
}

/// An app that is held to one channel.
fn one_channel() -> Step {
    is_set(json!({
        "app_id": KUDOS, "permission_type": "everyone", "channel_restriction_mode": "specific_channels",
        "channel_ids": [CHANNEL],
    }))
}

fn many(count: usize) -> Value {
    (0..count).map(|number| format!("U0MANY{number:03}")).collect()
}

fn list() -> Row {
    Row {
        method: LIST,
        refusals: "restricted_action app_not_found not_an_enterprise invalid_permission_type",
        success: call(json!({"app_id": KUDOS})).answers("/permission_type", json!("everyone")),
        caused: vec![
            (
                "restricted_action",
                call(json!({"app_id": KUDOS})).after([kept("app_management_restricted")]),
            ),
            ("app_not_found", call(json!({"app_id": "A0NOWHERE"}))),
            (
                "not_an_enterprise",
                call(json!({"app_id": KUDOS})).after([circumstance("admin_apis_off")]),
            ),
        ],
        by_fault: vec![(
            "invalid_permission_type",
            "a list of a kind that does not exist cannot be set in the first place",
        )],
        never: Vec::new(),
    }
}

fn set() -> Row {
    let restricted = |mode: &str, channels: Value| {
        call(json!({
            "app_id": KUDOS, "permission_type": "everyone", "channel_restriction_mode": mode, "channel_ids": channels,
        }))
    };
    let groups =
        json!({"app_id": KUDOS, "permission_type": "named_entities", "user_ids": [MIKA], "usergroup_ids": "G1"});
    Row {
        method: SET,
        refusals: "invalid_permission_type named_entities_cannot_be_empty no_valid_named_entities \
            too_many_named_entities app_not_found not_an_enterprise user_not_found usergroup_not_found \
            invalid_channel_restriction_mode channel_ids_required channel_not_found",
        success: call(json!({
            "app_id": KUDOS, "permission_type": "named_entities", "user_ids": [MIKA], "usergroup_ids": "S01,S02",
        }))
        .answers("/permission_type", json!("named_entities"))
        .then(LIST, json!({"app_id": KUDOS}), "/user_ids", json!([MIKA]))
        .then(LIST, json!({"app_id": KUDOS}), "/usergroup_ids", json!(["S01", "S02"])),
        caused: vec![
            (
                "invalid_permission_type",
                call(json!({"app_id": KUDOS, "permission_type": "no_one", "user_ids": [MIKA]})),
            ),
            ("named_entities_cannot_be_empty", call(named(&json!([])))),
            ("no_valid_named_entities", call(named(&json!(["U0N0B0DY"])))),
            ("too_many_named_entities", call(named(&many(201)))),
            (
                "app_not_found",
                call(json!({"app_id": "A0NOWHERE", "permission_type": "everyone"})),
            ),
            (
                "not_an_enterprise",
                call(json!({"app_id": KUDOS, "permission_type": "no_one"})).after([circumstance("admin_apis_off")]),
            ),
            ("user_not_found", call(named(&json!([MIKA, "U0N0B0DY"])))),
            ("usergroup_not_found", call(groups)),
            (
                "invalid_channel_restriction_mode",
                restricted("some_channels", json!([])),
            ),
            ("channel_ids_required", restricted("specific_channels", json!([]))),
            (
                "channel_not_found",
                restricted("all_channels_except", json!(["C0NOWHERE"])),
            ),
        ],
        by_fault: Vec::new(),
        never: Vec::new(),
    }
}

fn add() -> Row {
    let groups = json!({"app_id": KUDOS, "user_ids": [NOOR], "usergroup_ids": ["G1"]});
    Row {
        method: "admin.apps.permissions.add",
        refusals: "invalid_permission_type no_valid_named_entities too_many_named_entities app_not_found \
            not_an_enterprise app_acl_not_found user_not_found invalid_entities invalid_channel_restriction_mode \
            channel_not_found failed_to_update_channels",
        success: about(&json!([NOOR])).then(LIST, json!({"app_id": KUDOS}), "/user_ids", json!([ORLA, NOOR, MIKA])),
        caused: vec![
            (
                "invalid_permission_type",
                call(json!({"app_id": KUDOS, "user_ids": [NOOR]})).after([everyone()]),
            ),
            ("no_valid_named_entities", about(&json!(["U0N0B0DY"]))),
            ("too_many_named_entities", about(&many(51))),
            (
                "app_not_found",
                call(json!({"app_id": "A0NOWHERE", "user_ids": [NOOR]})),
            ),
            (
                "not_an_enterprise",
                call(json!({"app_id": KUDOS, "user_ids": [NOOR]})).after([circumstance("admin_apis_off")]),
            ),
            ("app_acl_not_found", call(json!({"app_id": KUDOS, "user_ids": [NOOR]}))),
            ("user_not_found", about(&json!([NOOR, "U0N0B0DY"]))),
            ("invalid_entities", call(groups).after([is_set(named(&json!([MIKA])))])),
            (
                "invalid_channel_restriction_mode",
                call(json!({"app_id": KUDOS, "channel_ids": [CHANNEL]})).after([everyone()]),
            ),
            (
                "channel_not_found",
                call(json!({"app_id": KUDOS, "channel_ids": ["C0NOWHERE"]})).after([one_channel()]),
            ),
        ],
        by_fault: vec![(
            "failed_to_update_channels",
            "it is a failure of Slack's own, not of a call",
        )],
        never: Vec::new(),
    }
}

fn remove() -> Row {
    Row {
        method: "admin.apps.permissions.remove",
        refusals: "named_entities_cannot_be_empty app_not_found not_an_enterprise invalid_permission_type \
            too_many_named_entities app_acl_not_found user_not_found invalid_channel_restriction_mode \
            channel_not_found failed_to_update_channels",
        success: about(&json!([MIKA])).then(LIST, json!({"app_id": KUDOS}), "/user_ids", json!([ORLA])),
        caused: vec![
            ("named_entities_cannot_be_empty", about(&json!([MIKA, ORLA]))),
            (
                "app_not_found",
                call(json!({"app_id": "A0NOWHERE", "user_ids": [NOOR]})),
            ),
            (
                "not_an_enterprise",
                call(json!({"app_id": KUDOS, "user_ids": [NOOR]})).after([circumstance("admin_apis_off")]),
            ),
            (
                "invalid_permission_type",
                call(json!({"app_id": KUDOS, "user_ids": [NOOR]})).after([everyone()]),
            ),
            ("too_many_named_entities", about(&many(51))),
            ("app_acl_not_found", call(json!({"app_id": KUDOS, "user_ids": [NOOR]}))),
            ("user_not_found", about(&json!([MIKA, "U0N0B0DY"]))),
            (
                "invalid_channel_restriction_mode",
                call(json!({"app_id": KUDOS, "channel_ids": [CHANNEL]})).after([everyone()]),
            ),
            (
                "channel_not_found",
                call(json!({"app_id": KUDOS, "channel_ids": ["C0NOWHERE"]})).after([one_channel()]),
            ),
        ],
        by_fault: vec![(
            "failed_to_update_channels",
            "it is a failure of Slack's own, not of a call",
        )],
        never: Vec::new(),
    }
}
