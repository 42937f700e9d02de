//! The requester's side, decisions in Slack's own interface, and the events of both.

use serde_json::{Value, json};

use super::{Admin, DESIGN, EXPENSES, KUDOS, MIKA, NOOR, ORG, ORLA, VAULT, org_token};
use crate::tests::harness::{Harness, TEAM};

#[tokio::test]
async fn asking_tells_the_apps_that_manage_apps() {
    let admin = Admin::start().await;
    let first = admin.ask(KUDOS, Some(TEAM), MIKA).await;
    let whole = admin.ask(EXPENSES, None, NOOR).await;
    let told = admin.told("app_requested").await;
    let of = |id: &str| {
        told.iter()
            .find(|body| body["event"]["app_request"]["id"] == id)
            .unwrap()
    };
    let body = of(&first);
    let request = &body["event"]["app_request"];
    assert_eq!(
        (&body["team_id"], &body["api_app_id"]),
        (&json!(TEAM), &json!("A0ATLAS42"))
    );
    assert_eq!(body["authorizations"][0]["is_enterprise_install"], json!(true));
    assert!(request.get("previous_resolution").is_none() && request["enterprise"].is_null());
    assert_eq!(
        (&request["app"]["id"], &request["team"]["id"]),
        (&json!(KUDOS), &json!(TEAM))
    );
    let request = &of(&whole)["event"]["app_request"];
    assert_eq!(
        (&request["team"], &request["enterprise"]["id"]),
        (&Value::Null, &json!(ORG))
    );
    assert_eq!(request["domains"], json!(["expenses.example"]));
    // The event and the list tell the same.
    let list = admin.fine("requests.list", &[("team_id", TEAM)]).await;
    let mut listed = list["app_requests"][0].clone();
    assert!(
        listed
            .as_object_mut()
            .unwrap()
            .remove("previous_resolution")
            .unwrap()
            .is_null()
    );
    assert_eq!(listed, of(&first)["event"]["app_request"]);
}

#[tokio::test]
async fn one_asks_once_for_an_app_and_can_take_it_back() {
    let admin = Admin::start().await;
    let asked = admin.ask(KUDOS, Some(TEAM), MIKA).await;
    assert_eq!(
        admin.ask_code(KUDOS, Some(TEAM), MIKA).await,
        "app_approval_request_pending"
    );
    admin.ask(KUDOS, Some(DESIGN), MIKA).await;
    admin.ask(KUDOS, Some(TEAM), NOOR).await;
    let withdraw = |user: &str| json!({"action": "withdraw_app_request", "request": asked, "user": user});
    assert_eq!(admin.try_act(withdraw(NOOR)).await.unwrap_err().code(), "no_request");
    admin.act(withdraw(MIKA)).await;
    assert_eq!(
        admin.try_act(withdraw(MIKA)).await.unwrap_err().code(),
        "request_already_resolved"
    );
    admin.ask(KUDOS, Some(TEAM), MIKA).await;
    for (action, code) in [
        (json!({"app": "A0NOWHERE", "team": TEAM, "user": MIKA}), "no_app"),
        (json!({"app": KUDOS, "team": "T0NOWHERE", "user": MIKA}), "no_team"),
        (json!({"app": KUDOS, "team": TEAM, "user": "U0NOBODY"}), "no_user"),
        (json!({"app": KUDOS, "user": "U0NOBODY"}), "no_user"),
        (
            json!({"app": KUDOS, "team": TEAM, "user": ORLA, "scopes": ["files:read"]}),
            "not_wanted",
        ),
    ] {
        let mut action = action;
        action["action"] = json!("request_app");
        assert_eq!(admin.try_act(action).await.unwrap_err().code(), code);
    }
}

#[tokio::test]
async fn nothing_is_installed_without_approval_while_an_app_manages_apps() {
    let slack = Harness::start().await;
    let install = |app: &str, team: &str| json!({"action": "install_app", "app": app, "team": team, "user": MIKA});
    slack
        .sim
        .act(serde_json::from_value(install(KUDOS, TEAM)).unwrap())
        .await
        .unwrap();
    let token = org_token(&slack, super::SCOPES).await;
    let admin = Admin { slack, token };
    let refused = admin.try_act(install(KUDOS, DESIGN)).await.unwrap_err();
    assert_eq!(refused.code(), "app_approval_request_eligible");
    admin.fine("approve", &[("app_id", KUDOS), ("team_id", DESIGN)]).await;
    admin.act(install(KUDOS, DESIGN)).await;
    assert_eq!(
        admin.try_act(install(KUDOS, DESIGN)).await.unwrap_err().code(),
        "nothing_changes"
    );
    let told = admin.told("app_installed").await;
    assert_eq!(told.len(), 1, "nobody managed apps when the first was installed");
    assert_eq!(told[0]["event"]["team_id"], DESIGN);
    // What the seed plays needs no approval, and no restriction either.
    assert_eq!(
        admin.try_act(install("insectoid", TEAM)).await.unwrap_err().code(),
        "install_by_consent"
    );
    admin.slack.install("chat:write", &[]).await;
    admin
        .fine("restrict", &[("app_id", "A0ATLAS42"), ("team_id", TEAM)])
        .await;
    let consent = json!({"action": "consent", "app": "atlas", "team": TEAM, "user": MIKA});
    assert_eq!(
        admin.try_act(consent).await.unwrap_err().code(),
        "app_approval_request_denied"
    );
    // When the token is gone, so is the duty to ask.
    admin.act(json!({"action": "revoke_org_tokens", "app": "atlas"})).await;
    admin.act(install(VAULT, TEAM)).await;
}

#[tokio::test]
async fn deleting_an_app_ends_its_requests_and_is_told() {
    let admin = Admin::start().await;
    let asked = admin.ask(KUDOS, Some(TEAM), MIKA).await;
    admin.fine("approve", &[("app_id", KUDOS), ("team_id", DESIGN)]).await;
    admin.act(json!({"action": "delete_app", "app": KUDOS})).await;
    assert_eq!(admin.state(&asked), "cancelled");
    assert!(admin.ids("approved.list", &[("team_id", DESIGN)]).await.is_empty());
    admin
        .refused("approve", &[("app_id", KUDOS), ("team_id", TEAM)], "invalid_app_id")
        .await;
    let told = admin.told("app_deleted").await;
    assert_eq!((told.len(), &told[0]["event"]["app_name"]), (1, &json!("Kudos")));
    assert!(told[0]["event"].get("user_id").is_none());
    assert_eq!(
        admin
            .try_act(json!({"action": "delete_app", "app": "insectoid"}))
            .await
            .unwrap_err()
            .code(),
        "no_app"
    );
}

#[tokio::test]
async fn a_decision_in_slacks_interface_shows_in_the_lists() {
    let admin = Admin::start().await;
    let asked = admin.ask(KUDOS, Some(TEAM), MIKA).await;
    let resolve = |user: &str, team: Option<&str>, resolution: Option<&str>| json!({"action": "resolve_app", "app": "Kudos", "team": team, "user": user, "resolution": resolution});
    let stranger = admin
        .try_act(resolve(MIKA, Some(TEAM), Some("approved")))
        .await
        .unwrap_err();
    assert_eq!(stranger.code(), "not_an_admin");
    admin.act(resolve(ORLA, Some(TEAM), Some("restricted"))).await;
    assert_eq!(admin.state(&asked), "restricted");
    let list = admin.fine("restricted.list", &[("team_id", TEAM)]).await;
    assert_eq!(list["restricted_apps"][0]["last_resolved_by"]["actor_id"], ORLA);
    admin.act(resolve(ORLA, Some(TEAM), None)).await;
    assert_eq!(
        admin.try_act(resolve(ORLA, Some(TEAM), None)).await.unwrap_err().code(),
        "nothing_changes"
    );
    admin.act(resolve(ORLA, None, Some("restricted"))).await;
    let below = admin
        .try_act(resolve(ORLA, Some(TEAM), Some("approved")))
        .await
        .unwrap_err();
    assert_eq!(below.code(), "app_approval_request_denied");
    let url = format!("{}/sim/approvals", admin.slack.sim.url());
    let seen: Value = admin.slack.http.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(seen["approvals"]["requests"][0]["state"], "restricted");
    assert_eq!(seen["approvals"]["resolutions"][0]["resolution"]["by"], ORLA);
}

#[tokio::test]
async fn a_person_asks_on_the_page_and_reads_the_answer_there() {
    let admin = Admin::start().await;
    let at = format!("/client?team={TEAM}&user={MIKA}&at={KUDOS}");
    let page = async || {
        let url = format!("{}{at}", admin.slack.sim.url());
        admin.slack.http.get(url).send().await.unwrap().text().await.unwrap()
    };
    let submit = async |fields: &[(&str, &str)]| {
        let mut form = vec![("back", at.as_str()), ("team", TEAM), ("user", MIKA)];
        form.extend_from_slice(fields);
        let request = admin
            .slack
            .http
            .post(format!("{}/client/act", admin.slack.sim.url()))
            .form(&form);
        let answer = request.header("accept", "application/json").send().await.unwrap();
        answer.json::<Value>().await.unwrap()
    };
    let before = page().await;
    assert!(before.contains("data-standing=\"undecided\"") && before.contains("data-form=\"request-app\""));
    assert!(before.contains("Apps to ask for") && !before.contains("data-action=\"install-app\""));
    let ask = [
        ("action", "request_app"),
        ("app", KUDOS),
        ("message", "for <b>thanks</b>"),
    ];
    let answer = submit(&ask).await;
    assert!(
        answer["problem"].is_null()
            && answer["parts"]["asking"]["html"]
                .as_str()
                .unwrap()
                .contains("data-state=\"pending\"")
    );
    assert!(page().await.contains("for &lt;b&gt;thanks&lt;/b&gt;"));
    assert!(
        submit(&ask).await["problem"]
            .as_str()
            .unwrap()
            .contains("asked for the app already")
    );
    let request = admin.slack.sim.app_requests()[0].id.clone();
    submit(&[("action", "withdraw_app_request"), ("request", &request)]).await;
    assert!(page().await.contains("data-state=\"cancelled\""));
    submit(&ask).await;
    admin.fine("approve", &[("app_id", KUDOS), ("team_id", TEAM)]).await;
    let after = page().await;
    assert!(after.contains("data-state=\"approved\"") && after.contains("data-action=\"install-app\""));
    submit(&[("action", "install_app"), ("app", KUDOS)]).await;
    let installed = page().await;
    assert!(installed.contains("data-installed=\"true\"") && !installed.contains("data-action=\"install-app\""));
}

#[tokio::test]
async fn what_the_deciding_app_wrote_stands_beside_the_answer() {
    let admin = Admin::start().await;
    admin.ask(KUDOS, Some(TEAM), MIKA).await;
    admin.fine("approve", &[("app_id", KUDOS), ("team_id", TEAM)]).await;
    let consent = json!({"action": "consent_org", "scopes": ["chat:write"], "teams": [TEAM]});
    let bot = super::tokens(&admin.slack, consent).await["access_token"].clone();
    let told = [("channel", MIKA), ("text", "*Kudos* is yours: <b>enjoy</b>")];
    let told = admin.slack.call("chat.postMessage", bot.as_str(), &told).await;
    assert_eq!(told["ok"], true, "{told}");
    let url = format!("{}/client?team={TEAM}&user={MIKA}&at={KUDOS}", admin.slack.sim.url());
    let page = admin.slack.http.get(url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("data-told") && page.contains("Atlas wrote to you"));
    assert!(page.contains("<strong>Kudos</strong> is yours: &lt;b&gt;enjoy&lt;/b&gt;"));
    let home = told["channel"].as_str().unwrap();
    assert!(page.contains(&format!("data-at=\"{home}\">Open the message")));
    assert!(page.contains("data-answer>@izzy approved it at"));
}
