//! `admin.apps.approve`, `restrict`, `clearResolution` and `requests.cancel`.

use serde_json::json;

use super::{
    super::{DESIGN, FACTORY, KUDOS, MIKA, MINUTES, ORG, TURNSTILE},
    Case, Row, Step, Who, ask, call, circumstance, kept, no_admin,
};
use crate::tests::harness::TEAM;

pub(super) fn rows() -> Vec<Row> {
    vec![approve(), restrict(), clear(), cancel()]
}

const LISTED: &str = "/approved_apps/0/app/id";

/// What `approve` and `restrict` refuse alike.
fn deciding(method: &'static str) -> Vec<(&'static str, Case)> {
    let here = || call(json!({"app_id": KUDOS, "team_id": TEAM}));
    let resolved = call(json!({"request_id": "$mika", "team_id": TEAM})).after([
        ask("mika", KUDOS, MIKA),
        Step::Call("admin.apps.requests.cancel", json!({"request_id": "$mika"})),
    ]);
    let hook = call(json!({"request_id": "$hook", "enterprise_id": ORG})).after([ask("hook", TURNSTILE, MIKA)]);
    let both = json!({"app_id": KUDOS, "request_id": "$mika", "team_id": TEAM});
    let unknown = if method == "admin.apps.approve" {
        json!({"app_id": KUDOS, "team_id": TEAM, "bot_scopes": "chat:write,chat:sing"})
    } else {
        json!({"app_id": KUDOS, "team_id": TEAM, "user_scopes": "chat:sing"})
    };
    vec![
        ("app_management_app_not_installed_on_org", here().by(Who::Workspace)),
        ("custom_integration_not_allowed_at_enterprise", hook),
        ("feature_not_enabled", here().after([circumstance("admin_apis_off")])),
        (
            "invalid_request_id",
            call(json!({"request_id": "Ar0NOWHERE", "team_id": TEAM})),
        ),
        ("invalid_app_id", call(json!({"app_id": "A0NOWHERE", "team_id": TEAM}))),
        ("invalid_scopes", call(unknown)),
        ("not_an_admin", here().after([no_admin()])),
        ("request_already_resolved", resolved),
        ("request_id_or_app_id_is_required", call(json!({"team_id": TEAM}))),
        (
            "request_id_required_for_custom_integrations",
            call(json!({"app_id": TURNSTILE, "team_id": TEAM})),
        ),
        ("team_not_found", call(json!({"app_id": KUDOS, "team_id": "T0NOWHERE"}))),
        ("too_many_ids_provided", call(both).after([ask("mika", KUDOS, MIKA)])),
        (
            "too_many_teams_provided",
            call(json!({"app_id": KUDOS, "team_id": TEAM, "enterprise_id": ORG})),
        ),
    ]
}

fn approve() -> Row {
    let mut caused = deciding("admin.apps.approve");
    let children = |app: &str| call(json!({"app_id": app, "team_id": TEAM, "allow_child_auto_install": true}));
    let restricted = Step::Call("admin.apps.restrict", json!({"app_id": KUDOS, "enterprise_id": ORG}));
    caused.extend([
        (
            "app_restricted_org_wide",
            call(json!({"app_id": KUDOS, "team_id": TEAM})).after([restricted]),
        ),
        (
            "org_resolution_required",
            call(json!({"app_id": MINUTES, "team_id": TEAM})),
        ),
        ("app_not_eligible_for_auto_install", children(KUDOS)),
        (
            "auto_install_rule_creation_failed",
            children(FACTORY)
                .after([circumstance("auto_install_rules_fail")])
                .stands(),
        ),
        (
            "not_allowed_to_create_automation_rule",
            children(FACTORY).after([kept("auto_install_rules_forbidden")]).stands(),
        ),
    ]);
    Row {
        method: "admin.apps.approve",
        refusals: "app_management_app_not_installed_on_org app_restricted_org_wide \
            custom_integration_not_allowed_at_enterprise feature_not_enabled invalid_request_id invalid_app_id \
            org_resolution_required invalid_scopes not_an_admin request_already_resolved \
            request_id_or_app_id_is_required request_id_required_for_custom_integrations team_not_found \
            too_many_ids_provided too_many_teams_provided app_not_eligible_for_auto_install \
            auto_install_rule_creation_failed not_allowed_to_create_automation_rule",
        success: call(json!({"request_id": "$mika", "team_id": TEAM, "bot_scopes": "chat:write,commands"}))
            .after([ask("mika", KUDOS, MIKA)])
            .then(
                "admin.apps.approved.list",
                json!({"team_id": TEAM}),
                LISTED,
                json!(KUDOS),
            )
            .then(
                "admin.apps.requests.list",
                json!({"team_id": TEAM}),
                "/app_requests",
                json!([]),
            ),
        caused,
        by_fault: Vec::new(),
        never: Vec::new(),
    }
}

fn restrict() -> Row {
    Row {
        method: "admin.apps.restrict",
        refusals: "app_management_app_not_installed_on_org custom_integration_not_allowed_at_enterprise \
            feature_not_enabled invalid_request_id invalid_app_id invalid_scopes not_an_admin \
            request_already_resolved request_id_or_app_id_is_required request_id_required_for_custom_integrations \
            team_not_found too_many_ids_provided too_many_teams_provided",
        success: call(json!({"app_id": KUDOS, "enterprise_id": ORG}))
            .after([Step::Call(
                "admin.apps.approve",
                json!({"app_id": KUDOS, "team_id": TEAM}),
            )])
            .then(
                "admin.apps.approved.list",
                json!({"team_id": TEAM}),
                "/approved_apps",
                json!([]),
            )
            .then(
                "admin.apps.restricted.list",
                json!({"enterprise_id": ORG}),
                "/restricted_apps/0/app/id",
                json!(KUDOS),
            ),
        caused: deciding("admin.apps.restrict"),
        by_fault: Vec::new(),
        never: Vec::new(),
    }
}

fn clear() -> Row {
    let decided = || Step::Call("admin.apps.approve", json!({"app_id": KUDOS, "team_id": TEAM}));
    let here = || call(json!({"app_id": KUDOS, "team_id": TEAM}));
    Row {
        method: "admin.apps.clearResolution",
        refusals: "no_resolution_found invalid_app_id not_an_admin access_denied team_not_found \
            too_many_teams_provided restricted_action feature_not_enabled app_management_app_not_installed_on_org",
        success: here().after([decided()]).then(
            "admin.apps.approved.list",
            json!({"team_id": TEAM}),
            "/approved_apps",
            json!([]),
        ),
        caused: vec![
            (
                "no_resolution_found",
                call(json!({"app_id": KUDOS, "team_id": DESIGN})).after([decided()]),
            ),
            ("invalid_app_id", call(json!({"app_id": "A0NOWHERE", "team_id": TEAM}))),
            ("not_an_admin", here().after([decided(), no_admin()])),
            (
                "access_denied",
                here().after([decided(), kept("app_management_forbidden")]),
            ),
            ("team_not_found", call(json!({"app_id": KUDOS, "team_id": "T0NOWHERE"}))),
            (
                "too_many_teams_provided",
                call(json!({"app_id": KUDOS, "team_id": TEAM, "enterprise_id": ORG})),
            ),
            (
                "restricted_action",
                here().after([decided(), kept("app_management_restricted")]),
            ),
            (
                "feature_not_enabled",
                here().after([decided(), circumstance("admin_apis_off")]),
            ),
            (
                "app_management_app_not_installed_on_org",
                here().after([decided()]).by(Who::Workspace),
            ),
        ],
        by_fault: Vec::new(),
        never: Vec::new(),
    }
}

fn cancel() -> Row {
    let asked = || ask("mika", KUDOS, MIKA);
    let here = || call(json!({"request_id": "$mika", "team_id": TEAM})).after([asked()]);
    let with = |step: Step| call(json!({"request_id": "$mika", "team_id": TEAM})).after([asked(), step]);
    Row {
        method: "admin.apps.requests.cancel",
        refusals: "invalid_request_id request_already_resolved not_an_admin team_not_found too_many_teams_provided \
            restricted_action feature_not_enabled app_management_app_not_installed_on_org",
        success: here().then(
            "admin.apps.requests.list",
            json!({"team_id": TEAM}),
            "/app_requests",
            json!([]),
        ),
        caused: vec![
            (
                "invalid_request_id",
                call(json!({"request_id": "$mika", "team_id": DESIGN})).after([asked()]),
            ),
            (
                "request_already_resolved",
                with(Step::Call(
                    "admin.apps.approve",
                    json!({"request_id": "$mika", "team_id": TEAM}),
                )),
            ),
            ("not_an_admin", with(no_admin())),
            (
                "team_not_found",
                call(json!({"request_id": "$mika", "team_id": "T0NOWHERE"})).after([asked()]),
            ),
            (
                "too_many_teams_provided",
                call(json!({"request_id": "$mika", "team_id": TEAM, "enterprise_id": ORG})).after([asked()]),
            ),
            ("restricted_action", with(kept("app_management_restricted"))),
            ("feature_not_enabled", with(circumstance("admin_apis_off"))),
            ("app_management_app_not_installed_on_org", here().by(Who::Workspace)),
        ],
        by_fault: Vec::new(),
        never: Vec::new(),
    }
}
