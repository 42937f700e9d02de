//! What counts where: the organization's decisions and a workspace's, new scopes, optional scopes, domains.

use serde_json::json;

use super::{Admin, DESIGN, EXPENSES, KUDOS, MIKA, MINUTES, NOOR, ORG, VAULT};
use crate::tests::harness::TEAM;

#[tokio::test]
async fn the_organizations_restriction_voids_approvals_and_uninstalls_nothing() {
    let admin = Admin::start().await;
    admin.fine("approve", &[("app_id", KUDOS), ("team_id", TEAM)]).await;
    admin.fine("restrict", &[("app_id", KUDOS), ("team_id", DESIGN)]).await;
    admin
        .act(json!({"action": "install_app", "app": KUDOS, "team": TEAM, "user": MIKA}))
        .await;
    let asked = admin.ask(KUDOS, Some("T0M94LNUC"), MIKA).await;
    admin
        .fine("restrict", &[("app_id", KUDOS), ("enterprise_id", ORG)])
        .await;
    assert_eq!(admin.state(&asked), "restricted");
    assert!(admin.ids("approved.list", &[("team_id", TEAM)]).await.is_empty());
    assert_eq!(admin.ids("restricted.list", &[("enterprise_id", ORG)]).await, [KUDOS]);
    assert_eq!(admin.ids("restricted.list", &[("team_id", DESIGN)]).await, [KUDOS]);
    let world = admin.slack.sim.world();
    assert_eq!(json!(world.installed_in(&KUDOS.parse().unwrap())), json!([TEAM]));
    assert_eq!(
        admin.ask_code(KUDOS, Some(TEAM), MIKA).await,
        "app_approval_request_denied"
    );
    // The organization's clear touches its own level only.
    admin
        .fine("clearResolution", &[("app_id", KUDOS), ("enterprise_id", ORG)])
        .await;
    assert_eq!(admin.ids("restricted.list", &[("team_id", DESIGN)]).await, [KUDOS]);
    admin.ask(KUDOS, Some(TEAM), MIKA).await;
}

#[tokio::test]
async fn what_the_organization_approved_a_workspace_can_restrict() {
    let admin = Admin::start().await;
    admin
        .fine("approve", &[("app_id", MINUTES), ("enterprise_id", ORG)])
        .await;
    assert_eq!(admin.ask_code(MINUTES, Some(TEAM), MIKA).await, "already_approved");
    admin.fine("restrict", &[("app_id", MINUTES), ("team_id", TEAM)]).await;
    assert_eq!(
        admin.ask_code(MINUTES, Some(TEAM), MIKA).await,
        "app_approval_request_denied"
    );
    assert_eq!(admin.ask_code(MINUTES, Some(DESIGN), MIKA).await, "already_approved");
    let certified = [("enterprise_id", ORG), ("certified", "true")];
    assert_eq!(admin.ids("approved.list", &certified).await, [MINUTES]);
}

#[tokio::test]
async fn new_scopes_and_domains_reopen_what_was_decided() {
    let admin = Admin::start().await;
    admin
        .fine("approve", &[("app_id", KUDOS), ("enterprise_id", ORG)])
        .await;
    admin
        .act(json!({"action": "install_app", "app": KUDOS, "team": TEAM, "user": MIKA}))
        .await;
    let more = json!({"action": "declare_app", "app": KUDOS, "bot_scopes": ["chat:write", "commands", "users:read", "files:read"]});
    admin.act(more).await;
    let asked = admin.ask(KUDOS, Some(TEAM), MIKA).await;
    let list = admin.fine("requests.list", &[("team_id", TEAM)]).await;
    let row = &list["app_requests"][0];
    assert_eq!(
        (&row["id"], &row["previous_resolution"]["status"]),
        (&json!(asked), &json!("approved"))
    );
    assert_eq!(row["previous_resolution"]["scopes"].as_array().unwrap().len(), 3);
    let installed = json!(admin.slack.sim.world().installed_in(&KUDOS.parse().unwrap()));
    assert_eq!(installed, json!([TEAM]), "the installed version goes on");
    let install = json!({"action": "install_app", "app": KUDOS, "team": DESIGN, "user": MIKA});
    assert_eq!(
        admin.try_act(install).await.unwrap_err().code(),
        "app_approval_request_eligible"
    );
    admin
        .fine("approve", &[("app_id", KUDOS), ("enterprise_id", ORG)])
        .await;
    assert_eq!(admin.state(&asked), "approved");
    // A workflow app's domains: its own when none are named.
    admin.fine("approve", &[("app_id", EXPENSES), ("team_id", TEAM)]).await;
    let list = admin.fine("approved.list", &[("team_id", TEAM)]).await;
    assert_eq!(list["approved_apps"][0]["domains"], json!(["expenses.example"]));
    admin
        .act(json!({"action": "declare_app", "app": EXPENSES, "domains": ["expenses.example", "bank.example"]}))
        .await;
    admin.ask(EXPENSES, Some(TEAM), MIKA).await;
    let both = r#"["expenses.example","bank.example"]"#;
    admin
        .fine("approve", &[("app_id", EXPENSES), ("team_id", TEAM), ("domains", both)])
        .await;
    assert_eq!(admin.ask_code(EXPENSES, Some(TEAM), MIKA).await, "already_approved");
}

#[tokio::test]
async fn optional_scopes_are_approved_one_by_one() {
    let admin = Admin::start().await;
    let asked = admin.ask(KUDOS, Some(TEAM), MIKA).await;
    let row = admin.fine("requests.list", &[("team_id", TEAM)]).await["app_requests"][0].clone();
    let optional: Vec<bool> = row["scopes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|scope| scope["is_optional"] == true)
        .collect();
    assert_eq!(optional, [false, false, true]);
    admin
        .fine(
            "approve",
            &[
                ("request_id", &asked),
                ("team_id", TEAM),
                ("bot_scopes", "chat:write,commands"),
            ],
        )
        .await;
    let list = admin.fine("approved.list", &[("team_id", TEAM)]).await;
    let scopes = list["approved_apps"][0]["scopes"].as_array().unwrap();
    let approved: Vec<_> = scopes
        .iter()
        .map(|scope| (scope["name"].as_str().unwrap(), scope["is_approved"] == true))
        .collect();
    assert_eq!(
        approved,
        [("chat:write", true), ("commands", true), ("users:read", false)]
    );
    // The app can be installed; whoever wants the optional scope as well asks for it.
    assert_eq!(admin.ask_code(KUDOS, Some(TEAM), NOOR).await, "already_approved");
    let more = json!({"action": "request_app", "app": KUDOS, "team": TEAM, "user": NOOR, "scopes": ["users:read"]});
    let more = admin.act(more).await.request.unwrap();
    admin.fine("approve", &[("request_id", &more), ("team_id", TEAM)]).await;
    let list = admin.fine("approved.list", &[("team_id", TEAM)]).await;
    let scopes = list["approved_apps"][0]["scopes"].as_array().unwrap();
    assert!(scopes.len() == 3 && scopes.iter().all(|scope| scope["is_approved"] == true));
    // Without what it cannot do without, it is not approved.
    let form = [
        ("app_id", VAULT),
        ("team_id", TEAM),
        ("bot_scopes", "files:read"),
        ("user_scopes", ""),
    ];
    admin.fine("approve", &form).await;
    admin.ask(VAULT, Some(TEAM), MIKA).await;
}
