//! `admin.apps.requests.list`, `approved.list`, `restricted.list` and `activities.list`.

use serde_json::{Value, json};

use super::{
    super::{DESIGN, KUDOS, MIKA, ORG},
    Case, Row, Step, Who, ask, call, circumstance, kept, no_admin,
};
use crate::tests::harness::TEAM;

pub(super) fn rows() -> Vec<Row> {
    vec![requests(), resolved("approved"), resolved("restricted"), activities()]
}

fn here() -> Case {
    call(json!({"team_id": TEAM}))
}

/// What the three lists refuse alike.
fn listing() -> Vec<(&'static str, Case)> {
    vec![
        ("invalid_cursor", call(json!({"team_id": TEAM, "cursor": "nonsense"}))),
        ("not_allowed", here().after([kept("admin_methods_forbidden")])),
        ("not_an_admin", here().after([no_admin()])),
        ("restricted_action", here().after([kept("app_management_restricted")])),
        ("team_not_found", call(json!({"team_id": "T0NOWHERE"}))),
        (
            "too_many_teams_provided",
            call(json!({"team_id": TEAM, "enterprise_id": ORG})),
        ),
        ("feature_not_enabled", here().after([circumstance("admin_apis_off")])),
        ("app_management_app_not_installed_on_org", here().by(Who::Workspace)),
    ]
}

fn requests() -> Row {
    let mut caused = listing();
    caused.extend([
        ("enterprise_not_found", call(json!({"enterprise_id": "E0NOWHERE"}))),
        ("no_team_or_enterprise_provided", call(json!({}))),
        ("user_is_restricted", here().after([kept("app_management_forbidden")])),
    ]);
    Row {
        method: "admin.apps.requests.list",
        refusals: "enterprise_not_found invalid_cursor not_allowed not_an_admin restricted_action user_is_restricted \
            no_team_or_enterprise_provided team_not_found too_many_teams_provided feature_not_enabled \
            app_management_app_not_installed_on_org",
        success: call(json!({"team_id": TEAM, "limit": 1}))
            .after([ask("mika", KUDOS, MIKA), Step::Ask("design", KUDOS, Some(DESIGN), MIKA)])
            .answers("/app_requests/0/user/id", json!(MIKA))
            .answers("/app_requests/0/previous_resolution", Value::Null)
            .answers("/response_metadata/next_cursor", json!("")),
        caused,
        by_fault: Vec::new(),
        never: Vec::new(),
    }
}

fn resolved(which: &'static str) -> Row {
    let (method, decide, field) = match which {
        "approved" => ("admin.apps.approved.list", "admin.apps.approve", "/approved_apps/0"),
        _ => (
            "admin.apps.restricted.list",
            "admin.apps.restrict",
            "/restricted_apps/0",
        ),
    };
    let pointers = match field {
        "/approved_apps/0" => (
            "/approved_apps/0/app/id",
            "/approved_apps/0/last_resolved_by/actor_type",
        ),
        _ => (
            "/restricted_apps/0/app/id",
            "/restricted_apps/0/last_resolved_by/actor_type",
        ),
    };
    Row {
        method,
        refusals: "invalid_actor invalid_cursor not_allowed not_an_admin team_not_found too_many_teams_provided \
            restricted_action feature_not_enabled app_management_app_not_installed_on_org",
        success: here()
            .after([Step::Call(decide, json!({"app_id": KUDOS, "team_id": TEAM}))])
            .answers(pointers.0, json!(KUDOS))
            .answers(pointers.1, json!("user")),
        caused: listing(),
        by_fault: vec![(
            "invalid_actor",
            "no argument names an actor, and here every decision is some known person's",
        )],
        never: Vec::new(),
    }
}

fn activities() -> Row {
    let logged = Step::Act(json!({
        "action": "log_activity", "app": "atlas", "team": TEAM, "event_type": "function_execution_started",
    }));
    Row {
        method: "admin.apps.activities.list",
        refusals: "invalid_app_id invalid_app invalid_args invalid_cursor invalid_team",
        success: call(json!({"min_log_level": "info", "source": "slack"}))
            .after([logged])
            .answers("/activities/0/event_type", json!("function_execution_started"))
            .answers("/activities/0/level", json!("info")),
        caused: vec![
            ("invalid_app_id", call(json!({"app_id": "A0NOWHERE"}))),
            ("invalid_app", call(json!({"app_id": KUDOS, "team_id": TEAM}))),
            ("invalid_args", call(json!({"min_log_level": "whisper"}))),
            ("invalid_cursor", call(json!({"cursor": "nonsense"}))),
            ("invalid_team", call(json!({"team_id": "T0NOWHERE"}))),
        ],
        by_fault: Vec::new(),
        never: Vec::new(),
    }
}
