//! `admin.apps.approve`, `restrict`, `clearResolution`, `requests.cancel`: success, and each refusal.

use serde_json::json;

use super::{Admin, DESIGN, FACTORY, IZZY, KUDOS, MIKA, MINUTES, NOOR, ORG, TURNSTILE};
use crate::tests::harness::TEAM;

#[tokio::test]
async fn approving_a_request_settles_it_and_all_that_ask_for_the_same() {
    let admin = Admin::start().await;
    let mika = admin.ask(KUDOS, Some(TEAM), MIKA).await;
    let noor = admin.ask(KUDOS, Some(TEAM), NOOR).await;
    let design = admin.ask(KUDOS, Some(DESIGN), NOOR).await;
    admin.fine("approve", &[("request_id", &mika), ("team_id", TEAM)]).await;
    assert_eq!(
        (admin.state(&mika), admin.state(&noor)),
        (json!("approved"), json!("approved"))
    );
    assert_eq!(admin.state(&design), "pending");
    assert_eq!(admin.ids("approved.list", &[("team_id", TEAM)]).await, [KUDOS]);
    assert_eq!(admin.ids("requests.list", &[("team_id", TEAM)]).await, [""; 0]);
    admin
        .refused(
            "approve",
            &[("request_id", &mika), ("team_id", TEAM)],
            "request_already_resolved",
        )
        .await;
    admin
        .refused(
            "restrict",
            &[("request_id", &noor), ("team_id", TEAM)],
            "request_already_resolved",
        )
        .await;
    // Without a level the request's own counts; by the organization all workspaces are answered.
    admin.fine("approve", &[("request_id", &design)]).await;
    assert_eq!(admin.ids("approved.list", &[("team_id", DESIGN)]).await, [KUDOS]);
}

#[tokio::test]
async fn approve_and_restrict_refuse_by_the_names_of_their_pages() {
    let admin = Admin::start().await;
    let request = admin.ask(KUDOS, Some(TEAM), MIKA).await;
    let hook = admin.ask(TURNSTILE, Some(TEAM), MIKA).await;
    for method in ["approve", "restrict"] {
        let table: Vec<(Vec<(&str, &str)>, &str)> = vec![
            (
                vec![("app_id", KUDOS), ("request_id", &request), ("team_id", TEAM)],
                "too_many_ids_provided",
            ),
            (vec![("team_id", TEAM)], "request_id_or_app_id_is_required"),
            (
                vec![("app_id", KUDOS), ("team_id", TEAM), ("enterprise_id", ORG)],
                "too_many_teams_provided",
            ),
            (vec![("app_id", KUDOS)], "team_not_found"),
            (vec![("app_id", KUDOS), ("team_id", "T0NOWHERE")], "team_not_found"),
            (
                vec![("app_id", KUDOS), ("enterprise_id", "E0NOWHERE")],
                "team_not_found",
            ),
            (vec![("app_id", "A0NOWHERE"), ("team_id", TEAM)], "invalid_app_id"),
            (vec![("app_id", "kudos"), ("team_id", TEAM)], "invalid_app_id"),
            (
                vec![("request_id", "Ar0NOWHERE"), ("team_id", TEAM)],
                "invalid_request_id",
            ),
            (
                vec![("request_id", &request), ("team_id", DESIGN)],
                "invalid_request_id",
            ),
            (
                vec![("app_id", TURNSTILE), ("team_id", TEAM)],
                "request_id_required_for_custom_integrations",
            ),
            (
                vec![("request_id", &hook), ("enterprise_id", ORG)],
                "custom_integration_not_allowed_at_enterprise",
            ),
            (
                vec![("app_id", KUDOS), ("team_id", TEAM), ("bot_scopes", "chat:wrong")],
                "invalid_scopes",
            ),
            (
                vec![("app_id", KUDOS), ("team_id", TEAM), ("user_scopes", "no scope")],
                "invalid_scopes",
            ),
        ];
        for (form, code) in table {
            admin.refused(method, &form, code).await;
        }
    }
    admin
        .refused(
            "approve",
            &[("app_id", MINUTES), ("team_id", TEAM)],
            "org_resolution_required",
        )
        .await;
    admin.fine("restrict", &[("app_id", MINUTES), ("team_id", TEAM)]).await;
    admin.fine("approve", &[("request_id", &hook), ("team_id", TEAM)]).await;
    admin
        .fine("restrict", &[("app_id", KUDOS), ("enterprise_id", ORG)])
        .await;
    admin
        .refused(
            "approve",
            &[("app_id", KUDOS), ("team_id", TEAM)],
            "app_restricted_org_wide",
        )
        .await;
}

#[tokio::test]
async fn apps_that_make_apps_can_have_them_approved_beforehand() {
    let admin = Admin::start().await;
    let child = ("allow_child_auto_install", "true");
    let form = [("app_id", KUDOS), ("team_id", TEAM), child];
    admin
        .refused("approve", &form, "app_not_eligible_for_auto_install")
        .await;
    assert!(admin.ids("approved.list", &[("team_id", TEAM)]).await.is_empty());
    let form = [("app_id", FACTORY), ("team_id", TEAM), child];
    for (circumstance, code) in [
        (
            json!({"circumstance": "auto_install_rules_fail"}),
            "auto_install_rule_creation_failed",
        ),
        (
            json!({"circumstance": "auto_install_rules_forbidden", "user": IZZY}),
            "not_allowed_to_create_automation_rule",
        ),
    ] {
        let mut action = circumstance;
        action["action"] = json!("circumstance");
        admin.act(action.clone()).await;
        admin.refused("approve", &form, code).await;
        assert_eq!(
            admin.ids("approved.list", &[("team_id", TEAM)]).await,
            [FACTORY],
            "approved all the same"
        );
        action["active"] = json!(false);
        admin.act(action).await;
        admin
            .fine("clearResolution", &[("app_id", FACTORY), ("team_id", TEAM)])
            .await;
    }
    admin.fine("approve", &form).await;
    assert_eq!(json!(admin.slack.sim.world().approvals.auto_install), json!([FACTORY]));
}

#[tokio::test]
async fn a_resolution_is_cleared_at_its_own_level() {
    let admin = Admin::start().await;
    admin.fine("approve", &[("app_id", KUDOS), ("team_id", TEAM)]).await;
    for (form, code) in [
        (vec![("team_id", TEAM)], "invalid_arguments"),
        (vec![("app_id", KUDOS), ("enterprise_id", ORG)], "no_resolution_found"),
        (vec![("app_id", KUDOS), ("team_id", DESIGN)], "no_resolution_found"),
        (vec![("app_id", "A0NOWHERE"), ("team_id", TEAM)], "invalid_app_id"),
        (vec![("app_id", KUDOS), ("team_id", "T0NOWHERE")], "team_not_found"),
        (vec![("app_id", KUDOS)], "team_not_found"),
        (
            vec![("app_id", KUDOS), ("team_id", TEAM), ("enterprise_id", ORG)],
            "too_many_teams_provided",
        ),
    ] {
        admin.refused("clearResolution", &form, code).await;
    }
    admin
        .fine("clearResolution", &[("app_id", KUDOS), ("team_id", TEAM)])
        .await;
    admin
        .refused(
            "clearResolution",
            &[("app_id", KUDOS), ("team_id", TEAM)],
            "no_resolution_found",
        )
        .await;
    admin.ask(KUDOS, Some(TEAM), MIKA).await;
}

#[tokio::test]
async fn a_cancelled_request_leaves_the_app_undecided() {
    let admin = Admin::start().await;
    let asked = admin.ask(KUDOS, Some(TEAM), MIKA).await;
    for (form, code) in [
        (vec![], "invalid_arguments"),
        (vec![("request_id", "Ar0NOWHERE")], "invalid_request_id"),
        (
            vec![("request_id", asked.as_str()), ("team_id", DESIGN)],
            "invalid_request_id",
        ),
        (
            vec![("request_id", asked.as_str()), ("team_id", "T0NOWHERE")],
            "team_not_found",
        ),
        (
            vec![
                ("request_id", asked.as_str()),
                ("team_id", TEAM),
                ("enterprise_id", ORG),
            ],
            "too_many_teams_provided",
        ),
    ] {
        admin.refused("requests.cancel", &form, code).await;
    }
    admin
        .fine("requests.cancel", &[("request_id", &asked), ("team_id", TEAM)])
        .await;
    admin
        .refused("requests.cancel", &[("request_id", &asked)], "request_already_resolved")
        .await;
    admin
        .refused(
            "approve",
            &[("request_id", &asked), ("team_id", TEAM)],
            "request_already_resolved",
        )
        .await;
    assert_eq!(admin.state(&asked), "cancelled");
    assert!(admin.ids("requests.list", &[("team_id", TEAM)]).await.is_empty());
    let again = admin.ask(KUDOS, Some(TEAM), MIKA).await;
    let list = admin.fine("requests.list", &[("team_id", TEAM)]).await;
    assert_eq!(
        (
            &list["app_requests"][0]["id"],
            &list["app_requests"][0]["previous_resolution"]
        ),
        (&json!(again), &json!(null))
    );
}
