//! `apps.developerInstall` and `apps.approvals.requests.{create,cancel}`: the requester's side (F.5).
//!
//! Slack's command line tool shows three refusals. The others are the simulator's own, and are tested as such.

use serde_json::json;

use super::{
    super::{EXPENSES, KUDOS, MIKA, ORG},
    Case, Row, Step, Who, ask, call,
};
use crate::tests::harness::TEAM;

pub(super) fn rows() -> Vec<Row> {
    vec![install(), create(), cancel()]
}

fn mine(arguments: serde_json::Value) -> Case {
    call(arguments).by(Who::Requester)
}

fn decided(method: &'static str) -> Step {
    Step::Call(method, json!({"app_id": KUDOS, "team_id": TEAM}))
}

fn install() -> Row {
    let wish = || json!({"app_id": KUDOS, "bot_scopes": ["chat:write"], "outgoing_domains": []});
    let domain = json!({"app_id": EXPENSES, "bot_scopes": ["chat:write"], "outgoing_domains": ["elsewhere.example"], "team_id": ORG});
    let approved = Step::Call("admin.apps.approve", json!({"app_id": EXPENSES, "enterprise_id": ORG}));
    Row {
        method: "apps.developerInstall",
        refusals: "app_approval_request_eligible app_approval_request_pending app_approval_request_denied \
            app_not_found team_not_found invalid_scopes restricted_action",
        success: mine(wish())
            .after([decided("admin.apps.approve")])
            .answers("/app_id", json!(KUDOS))
            .then(
                "admin.apps.activities.list",
                json!({"app_id": KUDOS, "team_id": TEAM}),
                "/activities",
                json!([]),
            ),
        caused: vec![
            (
                "app_approval_request_eligible",
                mine(domain).after([approved]).answers("/team_id", json!(ORG)),
            ),
            (
                "app_approval_request_pending",
                mine(wish())
                    .after([ask("mika", KUDOS, MIKA)])
                    .answers("/team_id", json!(TEAM)),
            ),
            (
                "app_approval_request_denied",
                mine(wish())
                    .after([decided("admin.apps.restrict")])
                    .answers("/team_id", json!(TEAM)),
            ),
            ("app_not_found", mine(json!({"app_id": "A0NOWHERE"}))),
            ("team_not_found", mine(json!({"app_id": KUDOS, "team_id": "T0NOWHERE"}))),
            (
                "invalid_scopes",
                mine(json!({"app_id": KUDOS, "bot_scopes": ["chat write"]})),
            ),
            ("restricted_action", mine(json!({"app_id": "A0DEP10Y5"}))),
        ],
        by_fault: Vec::new(),
        never: Vec::new(),
    }
}

fn create() -> Row {
    let wish = || json!({"app": KUDOS, "bot_scopes": "chat:write,commands", "reason": "for thanks", "team_id": TEAM});
    Row {
        method: "apps.approvals.requests.create",
        refusals: "app_approval_request_pending app_approval_request_denied already_approved app_not_found \
            team_not_found invalid_scopes",
        success: mine(wish())
            .then(
                "admin.apps.requests.list",
                json!({"team_id": TEAM}),
                "/app_requests/0/message",
                json!("for thanks"),
            )
            .then(
                "admin.apps.requests.list",
                json!({"team_id": TEAM}),
                "/app_requests/0/user/id",
                json!(MIKA),
            ),
        caused: vec![
            (
                "app_approval_request_pending",
                mine(wish()).after([ask("mika", KUDOS, MIKA)]),
            ),
            (
                "app_approval_request_denied",
                mine(wish()).after([decided("admin.apps.restrict")]),
            ),
            ("already_approved", mine(wish()).after([decided("admin.apps.approve")])),
            ("app_not_found", mine(json!({"app": "A0NOWHERE", "reason": "?"}))),
            // A workspace's id it must be: the organization is asked for by leaving it out.
            ("team_not_found", mine(json!({"app": KUDOS, "team_id": ORG}))),
            (
                "invalid_scopes",
                mine(json!({"app": KUDOS, "bot_scopes": "files:write"})),
            ),
        ],
        by_fault: Vec::new(),
        never: Vec::new(),
    }
}

fn cancel() -> Row {
    Row {
        method: "apps.approvals.requests.cancel",
        refusals: "app_not_found request_not_found",
        success: mine(json!({"app_id": KUDOS})).after([ask("mika", KUDOS, MIKA)]).then(
            "admin.apps.requests.list",
            json!({"team_id": TEAM}),
            "/app_requests",
            json!([]),
        ),
        caused: vec![
            ("app_not_found", mine(json!({"app_id": "A0NOWHERE"}))),
            ("request_not_found", mine(json!({"app_id": KUDOS}))),
        ],
        by_fault: Vec::new(),
        never: Vec::new(),
    }
}
