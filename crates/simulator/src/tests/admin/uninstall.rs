//! `admin.apps.uninstall`: success, and each refusal.

use serde_json::json;

use super::{Admin, DESIGN, IZZY, KUDOS, MIKA, ORG, POLLS};
use crate::tests::harness::TEAM;

#[tokio::test]
async fn administrators_uninstall_from_workspaces_and_from_the_organization() {
    let admin = Admin::start().await;
    admin
        .fine("approve", &[("app_id", KUDOS), ("enterprise_id", ORG)])
        .await;
    for team in [TEAM, DESIGN, "T0M94LNUC"] {
        admin
            .act(json!({"action": "install_app", "app": KUDOS, "team": team, "user": MIKA}))
            .await;
    }
    let installed = || json!(admin.slack.sim.world().installed_in(&KUDOS.parse().unwrap()));
    admin
        .fine(
            "uninstall",
            &[("app_id", KUDOS), ("team_ids", &format!("{TEAM},{DESIGN}"))],
        )
        .await;
    assert_eq!(installed(), json!(["T0M94LNUC"]));
    admin
        .fine("uninstall", &[("app_id", KUDOS), ("enterprise_id", ORG)])
        .await;
    assert_eq!(installed(), json!([]));
    assert_eq!(
        admin.ids("approved.list", &[("enterprise_id", ORG)]).await,
        [KUDOS],
        "it stays approved"
    );
    let told = admin.told("app_uninstalled_team").await;
    assert_eq!(told.len(), 3);
    let event = &told[0]["event"];
    assert_eq!(
        (&event["app_id"], &event["app_name"], &event["user_id"]),
        (&json!(KUDOS), &json!("Kudos"), &json!(IZZY))
    );
    assert!(event["team_domain"].is_string() && event["event_ts"].is_string());
}

#[tokio::test]
async fn an_app_that_the_simulator_plays_loses_its_tokens_and_is_told() {
    let admin = Admin::start().await;
    let token = admin.slack.install("chat:write", &[]).await;
    admin
        .fine("uninstall", &[("app_id", "A0BLA3EP2"), ("team_ids", TEAM)])
        .await;
    let answer = admin.slack.call("auth.test", Some(&token), &[]).await;
    assert_eq!(answer["ok"], json!(false));
    assert_eq!(admin.told("app_uninstalled").await[0]["api_app_id"], "A0BLA3EP2");
    assert_eq!(admin.told("app_uninstalled_team").await[0]["api_app_id"], "A0ATLAS42");
}

#[tokio::test]
async fn uninstalling_is_refused_by_the_names_of_its_page() {
    let admin = Admin::start().await;
    let many = vec![TEAM; 101].join(",");
    for (form, code) in [
        (vec![("team_ids", TEAM)], "invalid_arguments"),
        (vec![("app_id", KUDOS)], "specify_enterprise_or_teams"),
        (
            vec![("app_id", KUDOS), ("team_ids", TEAM), ("enterprise_id", ORG)],
            "specify_enterprise_or_teams",
        ),
        (vec![("app_id", KUDOS), ("team_ids", &many)], "too_many_teams"),
        (vec![("app_id", KUDOS), ("team_ids", "T0NOWHERE")], "teams_not_found"),
        (
            vec![("app_id", KUDOS), ("enterprise_id", "E0NOWHERE")],
            "enterprise_not_found",
        ),
        (vec![("app_id", "A0NOWHERE"), ("team_ids", TEAM)], "app_not_found"),
        (vec![("app_id", POLLS), ("team_ids", TEAM)], "can_not_uninstall"),
        (
            vec![("app_id", "A0ATLAS42"), ("enterprise_id", ORG)],
            "can_not_uninstall",
        ),
    ] {
        admin.refused("uninstall", &form, code).await;
    }
}

#[tokio::test]
async fn an_app_of_the_organization_is_not_uninstalled_from_single_workspaces() {
    let slack = crate::tests::harness::Harness::start_with(|seed| {
        let mut twin = seed
            .apps
            .iter()
            .find(|app| app.slug.as_str() == "atlas")
            .unwrap()
            .clone();
        twin.id = "A0TW1N777".parse().unwrap();
        twin.slug = "twin".parse().unwrap();
        twin.client_id = grantbook_api::oauth::ClientId::new("11820576016.1");
        seed.apps.push(twin);
    })
    .await;
    let token = super::org_token(&slack, super::SCOPES).await;
    let admin = Admin { slack, token };
    let consent = json!({"action": "consent_org", "app": "twin", "user": IZZY, "scopes": ["chat:write"], "user_scopes": [], "teams": [TEAM]});
    let code = admin.act(consent).await.code.unwrap().expose().to_owned();
    let url = format!("{}/api/oauth.v2.access", admin.slack.sim.url());
    let request = admin.slack.http.post(url).form(&[("code", &code)]);
    let request = request.basic_auth("11820576016.1", Some(crate::tests::modern::secret(&admin.slack)));
    assert!(
        request
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("\"ok\":true")
    );
    admin
        .refused(
            "uninstall",
            &[("app_id", "A0TW1N777"), ("team_ids", TEAM)],
            "must_revoke_access",
        )
        .await;
    admin
        .fine("uninstall", &[("app_id", "A0TW1N777"), ("enterprise_id", ORG)])
        .await;
    assert_eq!(admin.told("app_uninstalled_team").await.len(), 1);
}
