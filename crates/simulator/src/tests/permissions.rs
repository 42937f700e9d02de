//! Progressive permissions: from a press to a dialog, from its answer to the events.

use std::time::Duration;

use serde_json::{Value, json};

use super::harness::{CHANNEL, Harness, IZZY, TEAM};
use crate::Answer;

pub(super) const HOME: &str = "D0BH95DLH";
pub(super) const ORLA: &str = "U07MPWUWB7";
const REQUEST: &str = "apps.permissions.request";
const USERS_REQUEST: &str = "apps.permissions.users.request";
const BUTTON: &str = r#"[{"callback_id":"perm_request_1234","attachment_type":"default","fallback":"x",
    "actions":[{"name":"add_commands","text":"Add /insectoid command","type":"button","value":"add"}]}]"#;

/// Posts a button into the app home and lets Izzy press it; answers the trigger.
pub(super) async fn trigger(slack: &Harness, token: &str) -> String {
    let form = [("channel", HOME), ("text", "hello"), ("attachments", BUTTON)];
    let posted = slack.call("chat.postMessage", Some(token), &form).await;
    let press = json!({
        "action": "press", "channel": HOME, "ts": posted["ts"], "user": IZZY, "attachment": 1, "name": "add_commands",
    });
    let acted = slack.sim.act(serde_json::from_value(press).unwrap()).await.unwrap();
    acted.trigger_id.unwrap().to_string()
}

async fn request(slack: &Harness, token: &str, trigger: &str, scopes: &str) -> Value {
    let form = [("trigger_id", trigger), ("scopes", scopes)];
    slack.call(REQUEST, Some(token), &form).await
}

async fn users_request(slack: &Harness, token: &str, trigger: &str, scopes: &str, user: &str) -> Value {
    let form = [("trigger_id", trigger), ("scopes", scopes), ("user", user)];
    slack.call(USERS_REQUEST, Some(token), &form).await
}

async fn answer(slack: &Harness, answer: &str, scopes: Option<&[&str]>) {
    let id = slack.sim.dialogs()[0].id.clone();
    let action = json!({ "action": "answer_dialog", "dialog": id, "answer": answer, "scopes": scopes });
    slack.sim.act(serde_json::from_value(action).unwrap()).await.unwrap();
    slack.sim.idle().await;
}

/// The events the app got, from the `from`th on, in the order in which they were made.
fn events(slack: &Harness, from: usize) -> Vec<Value> {
    let made = slack.sim.deliveries().into_iter().map(|delivery| delivery.body);
    made.filter(|body| body["type"] == json!("event_callback"))
        .skip(from)
        .collect()
}

#[tokio::test]
async fn the_story_of_the_progressive_permissions_page() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[]).await;
    let (before, trigger) = (events(&slack, 0).len(), trigger(&slack, &token).await);
    assert_eq!(request(&slack, &token, &trigger, "commands").await, json!({"ok": true}));
    let dialog = slack.sim.dialogs()[0].clone();
    assert_eq!(
        (dialog.user.as_str(), dialog.personal, dialog.trigger_id.as_str()),
        (IZZY, false, trigger.as_str())
    );
    assert!(dialog.id.starts_with("dlg_") && dialog.is_open());
    answer(&slack, "allow", None).await;
    let told = events(&slack, before);
    assert_eq!(told.len(), 2);
    assert_eq!(
        told[0]["event"],
        json!({"type": "scope_granted", "scopes": ["commands"], "trigger_id": trigger})
    );
    assert_eq!(told[1]["event"]["type"], json!("resources_added"));
    let resource = &told[1]["event"]["resources"][0];
    assert_eq!(
        resource["resource"]["grant"],
        json!({"type": "specific", "resource_id": HOME})
    );
    assert_eq!(
        resource["scopes"],
        json!(["chat:write", "commands", "im:history", "im:read"])
    );
    assert_eq!(told[0]["event_time"], told[1]["event_time"]);
    assert_eq!(told[0]["authed_teams"], json!([]));
    let info = slack.call("apps.permissions.info", Some(&token), &[]).await;
    assert!(
        info["info"]["app_home"]["scopes"]
            .as_array()
            .unwrap()
            .contains(&json!("commands"))
    );
    let dialog = &slack.sim.dialogs()[0];
    assert_eq!((dialog.answer, dialog.allowed.len()), (Some(Answer::Allow), 1));
    assert_eq!(
        request(&slack, &token, &trigger, "commands").await["error"],
        json!("trigger_exchanged")
    );
}

#[tokio::test]
async fn a_refusal_is_told_and_walking_away_is_not() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[]).await;
    let before = events(&slack, 0).len();
    let scopes = slack.call("apps.permissions.scopes.list", Some(&token), &[]).await;
    let first = trigger(&slack, &token).await;
    assert_eq!(
        request(&slack, &token, &first, "commands,users:read").await["ok"],
        json!(true)
    );
    answer(&slack, "dismiss", None).await;
    assert!(events(&slack, before).is_empty());
    let second = trigger(&slack, &token).await;
    assert_eq!(
        request(&slack, &token, &second, "commands,users:read").await["ok"],
        json!(true)
    );
    answer(&slack, "deny", None).await;
    let told = events(&slack, before);
    let expected = json!({"type": "scope_denied", "scopes": ["commands", "users:read"], "trigger_id": second});
    assert_eq!(
        told.iter().map(|event| &event["event"]).collect::<Vec<_>>(),
        [&expected]
    );
    assert_eq!(
        slack.call("apps.permissions.scopes.list", Some(&token), &[]).await,
        scopes
    );
    let id = slack.sim.dialogs()[0].id.clone();
    let again = json!({"action": "answer_dialog", "dialog": id, "answer": "allow"});
    let refused = slack.sim.act(serde_json::from_value(again).unwrap()).await.unwrap_err();
    assert_eq!(refused.code(), "answered");
}

#[tokio::test]
async fn a_part_may_be_allowed_and_what_is_held_may_be_asked_for_again() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write,users:read", &[]).await;
    let before = events(&slack, 0).len();
    let trigger = trigger(&slack, &token).await;
    let asked = "commands,users:read,team:read,users:read";
    assert_eq!(request(&slack, &token, &trigger, asked).await["ok"], json!(true));
    assert_eq!(slack.sim.dialogs()[0].scopes.len(), 3, "each once");
    answer(&slack, "allow", Some(&["users:read", "team:read"])).await;
    let told = events(&slack, before);
    assert_eq!(told[0]["event"]["scopes"], json!(["users:read", "team:read"]));
    assert_eq!(told[1]["event"]["resources"][0]["resource"]["type"], json!("team"));
    let held = slack.call("apps.permissions.scopes.list", Some(&token), &[]).await;
    assert_eq!(held["scopes"]["team"], json!(["team:read", "users:read"]));
    assert!(!held.to_string().contains("commands"));
}

#[tokio::test]
async fn people_are_asked_for_their_own_scopes_and_may_take_them_back() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[]).await;
    let before = events(&slack, 0).len();
    let first = trigger(&slack, &token).await;
    assert_eq!(
        request(&slack, &token, &first, "dnd:write:user").await["ok"],
        json!(true)
    );
    answer(&slack, "allow", None).await;
    let second = trigger(&slack, &token).await;
    let scopes = "reminders:read:user,reminders:write:user";
    assert_eq!(
        users_request(&slack, &token, &second, scopes, ORLA).await,
        json!({"ok": true})
    );
    assert_eq!(
        slack.sim.dialogs()[0].user.as_str(),
        ORLA,
        "the dialog waits for the person named"
    );
    answer(&slack, "allow", None).await;
    let third = trigger(&slack, &token).await;
    assert_eq!(
        users_request(&slack, &token, &third, "dnd:write:user", ORLA).await["ok"],
        json!(true)
    );
    answer(&slack, "deny", None).await;
    let told: Vec<Value> = events(&slack, before)
        .into_iter()
        .map(|body| body["event"].clone())
        .collect();
    let event = |kind: &str, user: &str, scopes: &[&str], trigger: &str| json!({ "type": kind, "user": user, "scopes": scopes, "trigger_id": trigger });
    let both = ["reminders:read:user", "reminders:write:user"];
    assert_eq!(
        told[0],
        event("user_resource_granted", IZZY, &["dnd:write:user"], &first)
    );
    assert_eq!(told[1], event("user_resource_granted", ORLA, &both, &second));
    assert_eq!(
        told[2],
        event("user_resource_denied", ORLA, &["dnd:write:user"], &third)
    );
    let list = slack
        .call("apps.permissions.users.list", Some(&token), &[("limit", "1")])
        .await;
    assert_eq!(list["resources"], json!([{"id": IZZY, "scopes": ["dnd:write:user"]}]));
    let cursor = list["response_metadata"]["next_cursor"].as_str().unwrap().to_owned();
    let list = slack
        .call("apps.permissions.users.list", Some(&token), &[("cursor", &cursor)])
        .await;
    assert_eq!(list["resources"], json!([{"id": ORLA, "scopes": both}]));
    slack.act(json!({"action": "remove_user_grant", "user": ORLA})).await;
    let told = events(&slack, before);
    let removed = &told.last().unwrap()["event"];
    assert_eq!(
        (&removed["type"], &removed["user"]),
        (&json!("user_resource_removed"), &json!(ORLA))
    );
    assert!(removed["trigger_id"].is_string());
}

#[tokio::test]
async fn a_trigger_is_spent_once_in_time_and_by_its_own_app() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[]).await;
    let error = async |trigger: &str, scopes: &str| request(&slack, &token, trigger, scopes).await["error"].clone();
    let good = trigger(&slack, &token).await;
    assert_eq!(error(&good, "bot").await, json!("invalid_scope"));
    assert_eq!(error(&good, "incoming-webhook").await, json!("invalid_scope"));
    assert_eq!(error(&good, "commands,dnd:write:user").await, json!("mixed_scope"));
    let own = users_request(&slack, &token, &good, "commands", IZZY).await;
    assert_eq!(own["error"], json!("mixed_scope"));
    let nobody = users_request(&slack, &token, &good, "dnd:write:user", "U0N0B0DY").await;
    assert_eq!(nobody["error"], json!("invalid_user"));
    assert_eq!(
        error(&good, "commands").await,
        Value::Null,
        "the refusals left it unspent"
    );
    assert_eq!(error(&good, "commands").await, json!("trigger_exchanged"));
    let late = trigger(&slack, &token).await;
    slack.sim.clock().freeze();
    slack.sim.clock().advance(Duration::from_millis(3_500));
    assert_eq!(error(&late, "commands").await, json!("invalid_trigger"));
    assert_eq!(slack.sim.dialogs().len(), 1, "nothing is shown for a refused request");
    let triggers = slack.sim.triggers();
    assert_eq!((triggers[0].id.as_str(), triggers[0].spent_at), (late.as_str(), None));
    assert!(triggers[0].delay_ms().unwrap() >= 3_500);
    assert_eq!(triggers[1].spent_by.as_deref(), Some(REQUEST));
    let url = format!("{}/sim/triggers", slack.sim.url());
    let listed: Value = slack.http.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(listed["triggers"][0]["age_ms"], json!(triggers[0].delay_ms()));
    assert_eq!(listed["triggers"][1]["user"], json!(IZZY));

    let other = slack
        .sim
        .apps()
        .into_iter()
        .find(|app| app.slug.as_str() == "deploy-desk")
        .unwrap();
    let consent =
        json!({"action": "consent", "app": "deploy-desk", "team": TEAM, "user": IZZY, "scopes": ["chat:write"]});
    let code = slack
        .sim
        .act(serde_json::from_value(consent).unwrap())
        .await
        .unwrap()
        .code
        .unwrap();
    let answer = slack.http.post(format!("{}/api/oauth.access", slack.sim.url()));
    let answer = answer.basic_auth(other.client_id.as_str(), Some(other.client_secret.expose()));
    let answer: Value = answer
        .form(&[("code", code.expose())])
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let foreign = trigger(&slack, &token).await;
    let refused = request(&slack, answer["access_token"].as_str().unwrap(), &foreign, "commands").await;
    assert_eq!(refused["error"], json!("invalid_trigger"));
    assert_eq!(error(&foreign, "commands").await, Value::Null);
}

#[tokio::test]
async fn a_token_stands_in_header_query_or_form_of_get_and_post() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[]).await;
    let url = |trigger: &str, more: &str| {
        format!(
            "{}/api/{REQUEST}?trigger_id={trigger}&scopes=commands{more}",
            slack.sim.url()
        )
    };
    let query = format!("&token={token}");
    let got = slack
        .http
        .get(url(&trigger(&slack, &token).await, &query))
        .send()
        .await
        .unwrap();
    assert_eq!(got.json::<Value>().await.unwrap(), json!({"ok": true}));
    let seed = slack
        .http
        .post(format!("{}/api/{REQUEST}?token={token}", slack.sim.url()));
    let form = [
        ("trigger_id", trigger(&slack, &token).await),
        ("scopes", "commands".to_owned()),
    ];
    let posted = seed.form(&form).send().await.unwrap();
    assert_eq!(posted.json::<Value>().await.unwrap(), json!({"ok": true}));
    let form = [
        ("token", token.as_str()),
        ("trigger_id", "1.2.c"),
        ("scopes", "commands"),
    ];
    assert_eq!(
        slack.call(REQUEST, None, &form).await["error"],
        json!("invalid_trigger")
    );
}

#[tokio::test]
async fn wildcards_and_their_exceptions_are_seen_in_info_alone() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[("channel", CHANNEL)]).await;
    slack
        .act(json!({"action": "grant_wildcard", "resource_type": "channel"}))
        .await;
    slack.act(json!({"action": "exclude", "resource": CHANNEL})).await;
    let trigger = trigger(&slack, &token).await;
    request(&slack, &token, &trigger, "commands").await;
    answer(&slack, "allow", None).await;
    let told = events(&slack, 0);
    let resources = told.last().unwrap()["event"]["resources"].as_array().unwrap().clone();
    let channel = resources
        .iter()
        .find(|r| r["resource"]["type"] == json!("channel"))
        .unwrap();
    assert_eq!(
        channel["resource"]["grant"],
        json!({"type": "wildcard", "wildcard": {"type": "channel"}})
    );
    let info = slack.call("apps.permissions.info", Some(&token), &[]).await;
    assert_eq!(info["info"]["channel"]["resources"]["excluded_ids"], json!([CHANNEL]));
    let list = slack.call("apps.permissions.resources.list", Some(&token), &[]).await;
    assert!(!list.to_string().contains(CHANNEL));
}
