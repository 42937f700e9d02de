//! `admin.apps.uninstall`, `config.lookup` and `config.set`.

use serde_json::{Value, json};

use super::{
    super::{IZZY, KUDOS, ORG, POLLS, VAULT},
    Row, Step, TWIN, call, circumstance, kept, no_admin,
};
use crate::tests::harness::TEAM;

pub(super) fn rows() -> Vec<Row> {
    vec![uninstall(), lookup(), set()]
}

fn uninstall() -> Row {
    let approved = || Step::Call("admin.apps.approve", json!({"app_id": KUDOS, "team_id": TEAM}));
    let installed = || Step::Act(json!({"action": "install_app", "app": KUDOS, "team": TEAM, "user": IZZY}));
    let here = || call(json!({"app_id": KUDOS, "team_ids": TEAM}));
    let with = |step: Step| here().after([approved(), installed(), step]);
    let activities = json!({"app_id": KUDOS, "team_id": TEAM});
    Row {
        method: "admin.apps.uninstall",
        refusals: "app_not_found can_not_uninstall enterprise_not_found feature_not_enabled must_revoke_access \
            permission_denied specify_enterprise_or_teams teams_not_found too_many_teams restricted_action",
        success: here().after([approved(), installed()]).then(
            "admin.apps.activities.list",
            activities,
            "/error",
            json!("invalid_app"),
        ),
        caused: vec![
            ("app_not_found", call(json!({"app_id": "A0NOWHERE", "team_ids": TEAM}))),
            ("can_not_uninstall", call(json!({"app_id": POLLS, "team_ids": TEAM}))),
            (
                "enterprise_not_found",
                call(json!({"app_id": KUDOS, "enterprise_id": "E0NOWHERE"})),
            ),
            ("feature_not_enabled", with(circumstance("admin_apis_off"))),
            (
                "must_revoke_access",
                call(json!({"app_id": TWIN, "team_ids": TEAM})).after([Step::Twin]),
            ),
            ("permission_denied", with(no_admin())),
            (
                "specify_enterprise_or_teams",
                call(json!({"app_id": KUDOS, "team_ids": TEAM, "enterprise_id": ORG})),
            ),
            (
                "teams_not_found",
                call(json!({"app_id": KUDOS, "team_ids": format!("{TEAM},T0NOWHERE")})),
            ),
            (
                "too_many_teams",
                call(json!({"app_id": KUDOS, "team_ids": vec![TEAM; 101].join(",")})),
            ),
            ("restricted_action", with(kept("app_management_restricted"))),
        ],
        by_fault: Vec::new(),
        never: Vec::new(),
    }
}

fn lookup() -> Row {
    Row {
        method: "admin.apps.config.lookup",
        refusals: "missing_args",
        success: call(json!({"app_ids": [KUDOS]}))
            .answers("/configs/0/app_id", json!(KUDOS))
            .answers("/configs/0/workflow_auth_strategy", json!("builder_choice"))
            .answers("/configs/0/domain_restrictions", json!({"emails": [], "urls": []})),
        caused: vec![("missing_args", call(json!({})))],
        by_fault: Vec::new(),
        never: Vec::new(),
    }
}

fn set() -> Row {
    let restricted = |restrictions: Value| call(json!({"app_id": KUDOS, "domain_restrictions": restrictions}));
    let many: Vec<String> = (0..51).map(|number| format!("d{number}.example")).collect();
    let strict = || call(json!({"app_id": KUDOS, "workflow_auth_strategy": "end_user_only"}));
    Row {
        method: "admin.apps.config.set",
        refusals: "access_denied no_domains_provided too_many_domains_provided url_restriction_not_supported \
            invalid_domains invalid_app invalid_workflow_auth_strategy restricted_plan_level",
        success: strict().then(
            "admin.apps.config.lookup",
            json!({"app_ids": [KUDOS]}),
            "/configs/0/workflow_auth_strategy",
            json!("end_user_only"),
        ),
        caused: vec![
            ("access_denied", strict().after([no_admin()])),
            ("no_domains_provided", restricted(json!({}))),
            ("too_many_domains_provided", restricted(json!({"emails": many}))),
            (
                "url_restriction_not_supported",
                call(json!({"app_id": VAULT, "domain_restrictions": {"urls": ["a.example"]}})),
            ),
            ("invalid_domains", restricted(json!({"urls": ["no domain"]}))),
            ("invalid_app", call(json!({"app_id": "A0NOWHERE"}))),
            (
                "invalid_workflow_auth_strategy",
                call(json!({"app_id": KUDOS, "workflow_auth_strategy": "nobody"})),
            ),
            (
                "restricted_plan_level",
                strict().after([circumstance("plan_without_connectors")]),
            ),
        ],
        by_fault: Vec::new(),
        never: Vec::new(),
    }
}
