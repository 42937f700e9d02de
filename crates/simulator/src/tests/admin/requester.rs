//! Asking for an app by method, from the refusal to the tokens, with the types of `grantbook-api`.

use grantbook_api::methods::{
    AdminAppsPermissionsSet, AppAccess, AppPermissionType, AppsApprovalsRequestsCancel, AppsApprovalsRequestsCreate,
    AppsApprovalsRequestsCreateAnswer, AppsDeveloperInstall, AppsDeveloperInstallAnswer, Method,
};
use grantbook_core::Scope;
use serde_json::{Value, json};

use super::{Admin, EXPENSES, KUDOS, MIKA, NOOR, ORG, token};
use crate::tests::harness::TEAM;

impl Admin {
    /// Calls with a method's own arguments, as JSON.
    async fn typed<M: Method>(&self, token: &str, arguments: &M) -> Value {
        let url = format!("{}/api/{}", self.slack.sim.url(), M::NAME);
        let request = self.slack.http.post(url).bearer_auth(token).json(arguments);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// How often the apps that manage apps were told that one was installed.
    async fn told_installed(&self, app: &str) -> usize {
        let told = self.told("app_installed").await;
        told.iter().filter(|body| body["event"]["app_id"] == app).count()
    }

    /// The token of a person who may ask for apps by method.
    async fn requester(&self, user: &str) -> String {
        let consent = json!({
            "action": "consent", "team": TEAM, "user": user, "scopes": ["chat:write"],
            "user_scopes": ["apps.requests:write"],
        });
        token(&self.slack, consent).await
    }
}

fn install(app: &str, team: Option<&str>, domains: &[&str]) -> AppsDeveloperInstall {
    AppsDeveloperInstall {
        app_id: app.parse().unwrap(),
        bot_scopes: vec![Scope::new("chat:write").unwrap()],
        outgoing_domains: domains.iter().map(|&domain| domain.to_owned()).collect(),
        team_id: team.map(|team| team.parse().unwrap()),
    }
}

fn create(app: &str, team: Option<&str>, domains: &[&str]) -> AppsApprovalsRequestsCreate {
    AppsApprovalsRequestsCreate {
        app: app.parse().unwrap(),
        bot_scopes: vec![Scope::new("chat:write").unwrap()],
        reason: "for <thanks>".to_owned(),
        domains: domains.iter().map(|&domain| domain.to_owned()).collect(),
        team_id: team.map(|team| team.parse().unwrap()),
    }
}

#[tokio::test]
async fn a_developer_is_told_to_ask_asks_and_waits() {
    let admin = Admin::start().await;
    let mika = admin.requester(MIKA).await;
    let wish = install(KUDOS, None, &[]);
    let refused = admin.typed(&mika, &wish).await;
    assert_eq!(
        (&refused["error"], &refused["team_id"]),
        (&json!("app_approval_request_eligible"), &json!(TEAM))
    );
    let asked = admin.typed(&mika, &create(KUDOS, Some(TEAM), &[])).await;
    let asked: AppsApprovalsRequestsCreateAnswer = serde_json::from_value(asked).unwrap();
    assert_eq!(admin.typed(&mika, &wish).await["error"], "app_approval_request_pending");
    let told = admin.told("app_requested").await;
    let request = &told[0]["event"]["app_request"];
    assert_eq!(
        (
            &request["id"],
            &request["user"]["id"],
            &request["team"]["id"],
            &request["message"]
        ),
        (
            &json!(asked.request_id),
            &json!(MIKA),
            &json!(TEAM),
            &json!("for <thanks>")
        )
    );
    assert_eq!(
        request["scopes"].as_array().unwrap().len(),
        1,
        "only what was asked for"
    );
    let listed = admin.fine("requests.list", &[("team_id", TEAM)]).await["app_requests"][0].clone();
    assert_eq!(listed["id"], request["id"]);
    let logged = admin.slack.sim.calls("apps.approvals.requests.create");
    assert!(
        !format!("{logged:?}").contains("thanks"),
        "what people write is not logged"
    );
}

#[tokio::test]
async fn an_approved_app_is_installed_as_often_as_one_likes_and_brings_tokens() {
    let admin = Admin::start().await;
    let mika = admin.requester(MIKA).await;
    let wish = install(KUDOS, None, &[]);
    let some = [("app_id", KUDOS), ("team_id", TEAM), ("bot_scopes", "chat:write")];
    admin.fine("approve", &some).await;
    let installed = admin.typed(&mika, &wish).await;
    let installed: AppsDeveloperInstallAnswer = serde_json::from_value(installed).unwrap();
    let tokens = installed.api_access_tokens;
    for (token, prefix) in [
        (tokens.bot, "xoxb-"),
        (tokens.app_level, "xapp-1-"),
        (tokens.user, "xoxp-"),
    ] {
        let token = token.unwrap();
        assert!(token.expose().starts_with(prefix));
        let test = admin.slack.call("auth.test", Some(token.expose()), &[]).await;
        assert_eq!(test["error"], "invalid_auth", "the simulator does not play the app");
    }
    assert_eq!(admin.typed(&mika, &wish).await["ok"], true, "installing again is fine");
    assert_eq!(admin.told_installed(KUDOS).await, 1);
    let more = AppsDeveloperInstall {
        bot_scopes: vec![Scope::new("files:read").unwrap()],
        ..wish
    };
    let error = admin.typed(&mika, &more).await["error"].clone();
    assert_eq!(
        error, "app_approval_request_eligible",
        "a scope beyond what was approved"
    );
}

#[tokio::test]
async fn the_organization_stands_for_all_workspaces_and_domains_count() {
    let admin = Admin::start().await;
    let mika = admin.requester(MIKA).await;
    let everywhere = install(EXPENSES, Some(ORG), &["expenses.example", "bank.example"]);
    let refused = admin.typed(&mika, &everywhere).await;
    assert_eq!(
        (&refused["error"], &refused["team_id"]),
        (&json!("app_approval_request_eligible"), &json!(ORG))
    );
    let asked = admin
        .typed(&mika, &create(EXPENSES, None, &["expenses.example", "bank.example"]))
        .await;
    let request = admin.fine("requests.list", &[("enterprise_id", ORG)]).await["app_requests"][0].clone();
    assert_eq!(
        (&request["id"], &request["team"], &request["domains"]),
        (
            &asked["request_id"],
            &Value::Null,
            &json!(["expenses.example", "bank.example"])
        )
    );
    let id = asked["request_id"].as_str().unwrap();
    let some = [
        ("request_id", id),
        ("enterprise_id", ORG),
        ("domains", r#"["expenses.example"]"#),
    ];
    admin.fine("approve", &some).await;
    assert_eq!(
        admin.typed(&mika, &everywhere).await["error"],
        "app_approval_request_eligible"
    );
    let less = install(EXPENSES, Some(ORG), &["expenses.example"]);
    assert_eq!(admin.typed(&mika, &less).await["team_id"], ORG);
    let teams = admin.slack.sim.world().teams.len();
    assert_eq!(admin.told_installed(EXPENSES).await, teams);
}

#[tokio::test]
async fn one_takes_back_ones_own_requests_only_and_needs_the_scope() {
    let admin = Admin::start().await;
    let mika = admin.requester(MIKA).await;
    let own = admin.ask(KUDOS, Some(TEAM), MIKA).await;
    let everywhere = admin.ask(KUDOS, None, MIKA).await;
    let other = admin.ask(KUDOS, Some(TEAM), NOOR).await;
    let cancel = AppsApprovalsRequestsCancel {
        app_id: KUDOS.parse().unwrap(),
    };
    assert_eq!(admin.typed(&admin.token, &cancel).await["error"], "missing_scope");
    let bot = json!({"action": "consent", "team": TEAM, "scopes": ["chat:write"], "user_scopes": []});
    let bot = super::tokens(&admin.slack, bot).await["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(admin.typed(&bot, &cancel).await["error"], "not_allowed_token_type");
    assert_eq!(admin.typed(&mika, &cancel).await["ok"], true);
    assert_eq!(
        (admin.state(&own), admin.state(&everywhere), admin.state(&other)),
        (json!("cancelled"), json!("cancelled"), json!("pending"))
    );
    assert_eq!(admin.typed(&mika, &cancel).await["error"], "request_not_found");
    let again = admin.typed(&mika, &create(KUDOS, Some(TEAM), &[])).await;
    assert_eq!(again["ok"], true, "one may ask again");
}

#[tokio::test]
async fn who_may_use_an_app_is_answered_as_the_client_reads_it() {
    let admin = Admin::start().await;
    let set = AdminAppsPermissionsSet {
        app_id: KUDOS.parse().unwrap(),
        permission_type: AppPermissionType::NamedEntities,
        user_ids: vec![MIKA.parse().unwrap()],
        usergroup_ids: vec!["S0GR0UP".to_owned()],
    };
    let access: AppAccess = serde_json::from_value(admin.typed(&admin.token, &set).await).unwrap();
    assert_eq!(
        (access.permission_type, access.user_ids, access.usergroup_ids),
        (Some(AppPermissionType::NamedEntities), set.user_ids, set.usergroup_ids)
    );
}
