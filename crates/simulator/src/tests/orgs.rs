//! Apps in the whole organization: consent, workspaces, and how their tokens act.

use grantbook_api::commands::CommandRequest;
use serde_json::{Value, json};

use super::{
    harness::{CHANNEL, Harness, IZZY, TEAM},
    modern::{access, consent, install, show},
};

const ORG: &str = "E0N0RTHW1";
const DESIGN: &str = "T0DES3UAN";

async fn act(slack: &Harness, action: Value) {
    let mut action = action;
    action["app"] = json!("atlas");
    // One after the other: deliveries may overtake each other.
    slack.sim.idle().await;
    slack.sim.act(serde_json::from_value(action).unwrap()).await.unwrap();
}

/// The consent page of the whole organization, with these workspaces ticked; answers the page and the answer.
async fn install_org(slack: &Harness, workspaces: &[&str]) -> (String, Value) {
    let page = show_org(slack, "chat:write,channels:read,team:read").await;
    assert_eq!(page.status(), 200);
    let text = page.text().await.unwrap();
    let nonce = text
        .split("name=\"nonce\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let mut form = vec![
        ("nonce", nonce.as_str()),
        ("team", ORG),
        ("user", IZZY),
        ("decision", "allow"),
    ];
    form.extend(workspaces.iter().map(|team| ("workspace", *team)));
    let request = slack
        .http
        .post(format!("{}/oauth/v2/authorize", slack.sim.url()))
        .form(&form);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 302);
    let location = url::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    let code = location
        .query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap()
        .1
        .into_owned();
    let answer = access(slack, &[("code", &code)]).await;
    (text, answer)
}

async fn show_org(slack: &Harness, scope: &str) -> reqwest::Response {
    let mut url = url::Url::parse(&format!("{}/oauth/v2/authorize", slack.sim.url())).unwrap();
    url.query_pairs_mut().extend_pairs([
        ("client_id", super::modern::ATLAS),
        ("team", ORG),
        ("user", IZZY),
        ("scope", scope),
    ]);
    slack.http.get(url).send().await.unwrap()
}

#[tokio::test]
async fn an_administrator_installs_in_the_whole_organization_and_adds_workspaces() {
    let slack = Harness::start().await;
    let (page, answer) = install_org(&slack, &[TEAM]).await;
    assert!(page.contains("value=\"E0N0RTHW1\" selected") && page.contains("id=\"workspaces\""));
    assert_eq!(
        (&answer["team"], &answer["is_enterprise_install"]),
        (&Value::Null, &json!(true))
    );
    assert_eq!(answer["enterprise"], json!({"id": ORG, "name": "Northwind Grid"}));
    assert!(answer["access_token"].as_str().unwrap().starts_with("xoxb-"));
    act(&slack, json!({"action": "grant_team_access", "teams": [TEAM, DESIGN]})).await;
    act(&slack, json!({"action": "revoke_team_access", "teams": [TEAM]})).await;
    slack.sim.idle().await;
    let seen = slack.seen();
    let told: Vec<(&Value, &Value)> = seen
        .iter()
        .map(|seen| (&seen.body["event"]["type"], &seen.body["event"]["team_ids"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!("team_access_granted"), &json!([TEAM])),
            (&json!("team_access_granted"), &json!([DESIGN])),
            (&json!("team_access_revoked"), &json!([TEAM])),
        ]
    );
    let body = &seen[0].body;
    assert!(body.get("team_id").is_none() && body["enterprise_id"] == ORG);
    assert_eq!(
        body["authorizations"],
        json!([{"enterprise_id": ORG, "team_id": null, "user_id": answer["bot_user_id"], "is_bot": true, "is_enterprise_install": true}])
    );
    let state = slack.http.get(format!("{}/sim/state", slack.sim.url()));
    let state: Value = state.send().await.unwrap().json().await.unwrap();
    assert_eq!(state["org_installations"][0]["installation"]["teams"], json!([DESIGN]));
}

#[tokio::test]
async fn only_those_who_administer_the_organization_are_offered_it() {
    let slack = Harness::start().await;
    let ask = [("scope", "chat:write"), ("user", "U0J1UUX4WZ")];
    let page = show(&slack, "/oauth/v2/authorize", &ask).await.text().await.unwrap();
    assert!(
        page.contains("value=\"E0N0RTHW1\""),
        "izzy, who is named first, administers it"
    );
    let act = async |user: &str, scopes: &[&str], user_scopes: &[&str]| {
        let action = json!({"action": "consent_org", "app": "atlas", "user": user, "scopes": scopes, "user_scopes": user_scopes});
        slack.sim.act(serde_json::from_value(action).unwrap()).await
    };
    let stranger = act("U0J1UUX4WZ", &["chat:write"], &[]).await.unwrap_err();
    assert_eq!(stranger.code(), "not_an_admin");
    let none = act(IZZY, &[], &["search:read"]).await.unwrap_err();
    assert_eq!(none.code(), "no_bot_scopes_requested");
    let bad = act(IZZY, &["chat:write"], &["apps.requests:write"]).await;
    assert!(bad.is_err());
    act(IZZY, &[], &["admin.apps:read"]).await.unwrap();
    let legacy = json!({"action": "consent_org", "app": "insectoid", "user": IZZY});
    assert!(slack.sim.act(serde_json::from_value(legacy).unwrap()).await.is_err());
    let page = show_org(&slack, "").await;
    assert_eq!(page.status(), 400);
    let seed = Harness::start_with(|seed| {
        seed.apps.iter_mut().for_each(|app| app.org_deploy_enabled = false);
    });
    let page = show_org(&seed.await, "chat:write").await.text().await.unwrap();
    assert!(page.contains("data-error=\"org_install_not_enabled\""));
}

#[tokio::test]
async fn an_organizations_token_acts_in_the_workspace_that_the_call_names() {
    let slack = Harness::start().await;
    let (_, answer) = install_org(&slack, &[]).await;
    let bot = answer["access_token"].as_str();
    let error = async |method: &str, form: &[(&str, &str)]| slack.call(method, bot, form).await["error"].clone();
    let post = [("channel", CHANNEL), ("text", "hello")];
    assert_eq!(error("chat.postMessage", &post).await, json!("team_access_not_granted"));
    assert_eq!(
        error("conversations.list", &[("team_id", TEAM)]).await,
        json!("team_access_not_granted")
    );
    act(&slack, json!({"action": "grant_team_access", "teams": [TEAM, DESIGN]})).await;
    assert_eq!(error("users.conversations", &[]).await, json!("missing_argument"));
    assert_eq!(error("chat.postMessage", &post).await, json!("not_in_channel"));
    act(
        &slack,
        json!({"action": "add_resource", "team": TEAM, "resource": CHANNEL}),
    )
    .await;
    let posted = slack.call("chat.postMessage", bot, &post).await;
    assert_eq!(
        (&posted["ok"], &posted["message"]["team"]),
        (&json!(true), &json!(TEAM))
    );
    let own = slack.call("users.conversations", bot, &[("team_id", TEAM)]).await;
    assert_eq!(own["channels"][0]["id"], json!(CHANNEL));
    let none = slack.call("users.conversations", bot, &[("team_id", DESIGN)]).await;
    assert_eq!(none["channels"], json!([]));
    let info = slack.call("team.info", bot, &[("team", DESIGN)]).await;
    assert_eq!(info["team"]["name"], json!("Northwind Design"));

    let test = slack.call("auth.test", bot, &[]).await;
    assert_eq!(
        (&test["is_enterprise_install"], &test["enterprise_id"]),
        (&json!(true), &json!(ORG))
    );
    assert_eq!(
        (&test["team"], &test["url"]),
        (
            &json!("Northwind Grid"),
            &json!("https://northwind.enterprise.slack.com/")
        )
    );
    let first = slack.call("auth.teams.list", bot, &[("limit", "1")]).await;
    let cursor = first["response_metadata"]["next_cursor"].as_str().unwrap();
    let rest = slack
        .call("auth.teams.list", bot, &[("cursor", cursor), ("include_icon", "true")])
        .await;
    let ids = [&first["teams"][0]["id"], &rest["teams"][0]["id"]];
    assert_eq!(ids, [&json!(TEAM), &json!(DESIGN)]);
    assert_eq!(rest["response_metadata"]["next_cursor"], json!(""));
    assert!(rest["teams"][0]["icon"].is_object() && first["teams"][0].get("icon").is_none());
    assert_eq!(
        error("auth.teams.list", &[("limit", "0")]).await,
        json!("invalid_limit")
    );
    assert_eq!(
        error("auth.teams.list", &[("cursor", "?")]).await,
        json!("invalid_cursor")
    );
    slack.sim.idle().await;
    let joined = slack.seen().pop().unwrap().body;
    assert_eq!(
        (&joined["event"]["type"], &joined["team_id"]),
        (&json!("member_joined_channel"), &json!(TEAM))
    );
    assert_eq!(joined["authorizations"][0]["is_enterprise_install"], json!(true));

    act(&slack, json!({"action": "revoke_team_access", "teams": [TEAM]})).await;
    assert_eq!(error("chat.postMessage", &post).await, json!("team_access_not_granted"));
    let world = slack.sim.world();
    assert!(
        world.orgs.values().all(|org| org.installation.reaches_nothing()),
        "the bot has left"
    );
}

#[tokio::test]
async fn a_workspace_of_the_organizations_app_cannot_be_installed_again() {
    let slack = Harness::start().await;
    install_org(&slack, &[TEAM]).await;
    let (_, query) = consent(&slack, &[("scope", "chat:write")], &[("decision", "allow")]).await;
    let refused = access(&slack, &[("code", &query[0].1)]).await;
    assert_eq!(refused["error"], json!("cannot_install_an_org_installed_app"));
}

#[tokio::test]
async fn an_organizations_app_is_uninstalled_by_its_token_or_by_an_administrator() {
    let slack = Harness::start().await;
    let (_, answer) = install_org(&slack, &[TEAM]).await;
    let (id, secret) = (super::modern::ATLAS, super::modern::secret(&slack));
    let form = [("client_id", id), ("client_secret", secret.as_str())];
    let uninstall = async || {
        slack
            .call("apps.uninstall", answer["access_token"].as_str(), &form)
            .await
    };
    assert_eq!(
        uninstall().await["error"],
        json!("no_permission"),
        "every workspace first"
    );
    act(&slack, json!({"action": "revoke_team_access", "teams": [TEAM]})).await;
    assert_eq!(uninstall().await, json!({"ok": true}));
    let ended = ended(&slack).await;
    let whole = |seen: &Value| seen.get("team_id").is_none() && seen["enterprise_id"] == ORG;
    assert!(ended.iter().all(whole));
    let (_, again) = install_org(&slack, &[]).await;
    assert_eq!(again["bot_user_id"], answer["bot_user_id"]);
    assert_ne!(again["access_token"], answer["access_token"]);
    assert!(slack.sim.world().orgs.values().all(|org| org.teams.is_empty()));
    act(&slack, json!({"action": "uninstall_org"})).await;
    let test = slack.call("auth.test", again["access_token"].as_str(), &[]).await;
    assert_eq!(test["error"], json!("token_revoked"));
}

#[tokio::test]
async fn an_installation_for_a_person_alone_has_no_bot_and_ends_with_their_token() {
    let slack = Harness::start().await;
    let answer = install(&slack, &[("user_scope", "search:read,channels:read")], &[]).await;
    assert!(answer.get("access_token").is_none() && answer.get("bot_user_id").is_none());
    let token = answer["authed_user"]["access_token"].as_str();
    let test = slack.call("auth.test", token, &[]).await;
    assert_eq!((&test["user_id"], &test["user"]), (&json!(IZZY), &json!("izzy")));
    assert!(test.get("bot_id").is_none());
    let own = slack.call("users.conversations", token, &[]).await;
    assert!(!own["channels"].as_array().unwrap().is_empty());
    let teams = slack.call("auth.teams.list", token, &[]).await;
    assert_eq!(teams["teams"], json!([{"id": TEAM, "name": "Northwind HQ"}]));
    assert_eq!(slack.call("auth.revoke", token, &[]).await["revoked"], json!(true));
    let ended = ended(&slack).await;
    assert_eq!(ended[1]["event"]["tokens"], json!({"oauth": [IZZY], "bot": []}));
}

/// `app_uninstalled` and `tokens_revoked`, which may come in either order.
async fn ended(slack: &Harness) -> Vec<Value> {
    slack.sim.idle().await;
    let mut bodies: Vec<Value> = slack.seen().into_iter().map(|seen| seen.body).collect();
    bodies.retain(|body| !body["event"]["type"].to_string().contains("team_access"));
    bodies.sort_by_key(|body| body["event"]["type"].to_string());
    let kinds: Vec<&Value> = bodies.iter().map(|body| &body["event"]["type"]).collect();
    assert_eq!(kinds, [&json!("app_uninstalled"), &json!("tokens_revoked")]);
    bodies
}

#[tokio::test]
async fn a_command_goes_where_it_was_sent_and_says_whose_installation_it_is() {
    let slack = Harness::start().await;
    let consent_org = json!({"action": "consent_org", "app": "atlas", "user": IZZY, "teams": [TEAM]});
    let acted = slack
        .sim
        .act(serde_json::from_value(consent_org).unwrap())
        .await
        .unwrap();
    access(&slack, &[("code", acted.code.unwrap().expose())]).await;
    let typed = json!({"action": "run_command", "team": TEAM, "channel": CHANNEL, "user": IZZY, "command": "/atlas"});
    act(&slack, typed.clone()).await;
    slack.sim.idle().await;
    let console = slack.callback.split("/slack/").next().unwrap();
    let elsewhere = format!("{console}/slack/atlas/elsewhere");
    act(&slack, json!({"action": "commands_url", "url": elsewhere})).await;
    act(&slack, typed).await;
    slack.sim.idle().await;
    let forms = slack.forms();
    let paths: Vec<&str> = forms.iter().map(|form| form.path.as_str()).collect();
    assert_eq!(paths, ["/slack/atlas/commands", "/slack/atlas/elsewhere"]);
    let CommandRequest::Command(command) = CommandRequest::parse(&forms[1].raw).unwrap() else {
        panic!("no command")
    };
    assert!(command.is_enterprise_install);
    assert_eq!(
        (command.team_id.as_str(), command.enterprise_id.unwrap().as_str()),
        (TEAM, ORG)
    );
}
