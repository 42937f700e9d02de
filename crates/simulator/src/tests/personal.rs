//! Acting for people, and what the app writes: to everybody, to one person, again, and first.

use serde_json::{Value, json};

use super::{
    harness::{CHANNEL, Harness, IZZY},
    permissions::{HOME, ORLA},
};

/// Calls a method for a person.
async fn call_for(slack: &Harness, token: &str, user: Option<&str>, method: &str, form: &[(&str, &str)]) -> Value {
    let mut request = slack
        .http
        .post(format!("{}/api/{method}", slack.sim.url()))
        .bearer_auth(token)
        .form(form);
    if let Some(user) = user {
        request = request.header("x-slack-user", user);
    }
    request.send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_person_who_granted_a_scope_can_be_acted_for() {
    let slack = Harness::start().await;
    let scopes = "chat:write,users.profile:write:user,reminders:write:user,reminders:read:user,dnd:write:user,identity.basic:user";
    let token = slack.install(scopes, &[]).await;
    let call = async |method: &str, form: &[(&str, &str)]| call_for(&slack, &token, Some(IZZY), method, form).await;
    let profile = r#"{"status_text":"collecting"}"#;
    let set = call("users.profile.set", &[("profile", profile)]).await;
    assert_eq!(
        (&set["username"], &set["profile"]["status_text"]),
        (&json!("izzy"), &json!("collecting"))
    );
    let set = call("users.profile.set", &[("name", "title"), ("value", "Entomologist")]).await;
    assert_eq!(
        (&set["profile"]["title"], &set["profile"]["status_text"]),
        (&json!("Entomologist"), &json!("collecting"))
    );
    assert_eq!(
        call("users.profile.set", &[("profile", "[]")]).await["error"],
        json!("invalid_profile")
    );
    assert_eq!(
        call("users.identity", &[]).await["user"],
        json!({"id": IZZY, "name": "Izzy"})
    );

    assert_eq!(
        call("reminders.add", &[("text", "x"), ("time", "soon")]).await["error"],
        json!("cannot_parse")
    );
    let added = call(
        "reminders.add",
        &[("text", "feed the beetles"), ("time", "in 10 minutes")],
    )
    .await;
    let id = added["reminder"]["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("Rm0") && added["reminder"]["complete_ts"] == json!(0));
    assert_eq!(
        call("reminders.complete", &[("reminder", "Rm0")]).await["error"],
        json!("not_found")
    );
    assert_eq!(
        call("reminders.complete", &[("reminder", &id)]).await,
        json!({"ok": true})
    );
    let list = call("reminders.list", &[]).await;
    assert_eq!(list["reminders"][0]["user"], json!(IZZY));
    assert!(list["reminders"][0]["complete_ts"].as_i64().unwrap() > 0);

    assert_eq!(call("dnd.endSnooze", &[]).await["error"], json!("snooze_not_active"));
    assert_eq!(call("dnd.setSnooze", &[]).await["error"], json!("missing_duration"));
    assert_eq!(
        call("dnd.setSnooze", &[("num_minutes", "20")]).await["snooze_remaining"],
        json!(1_200)
    );
    assert_eq!(call("dnd.endSnooze", &[]).await["snooze_enabled"], json!(false));
}

#[tokio::test]
async fn nobody_else_can() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write,reminders:read:user", &[]).await;
    let call = async |user: Option<&str>, method: &str| call_for(&slack, &token, user, method, &[]).await;
    assert_eq!(call(None, "reminders.list").await["error"], json!("no_permission"));
    let missing = call(Some(ORLA), "reminders.list").await;
    assert_eq!(
        (&missing["error"], &missing["needed"]),
        (&json!("missing_scope"), &json!("reminders:read:user"))
    );
    let missing = call(Some(IZZY), "reminders.add").await;
    assert_eq!(
        (&missing["needed"], &missing["provided"]),
        (&json!("reminders:write:user"), &json!("reminders:read:user"))
    );
    let bot = slack
        .sim
        .world()
        .installations
        .values()
        .next()
        .unwrap()
        .app_user
        .to_string();
    assert_eq!(call(Some(&bot), "reminders.list").await["error"], json!("is_bot"));
    assert_eq!(call(Some(IZZY), "reminders.list").await["reminders"], json!([]));
}

#[tokio::test]
async fn an_ephemeral_message_is_one_persons_and_others_can_be_changed() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[("channel", CHANNEL)]).await;
    let call = async |method: &str, form: &[(&str, &str)]| slack.call(method, Some(&token), form).await;
    let shown = call(
        "chat.postEphemeral",
        &[("channel", CHANNEL), ("user", ORLA), ("text", "psst")],
    )
    .await;
    assert!(shown["message_ts"].is_string(), "{shown}");
    let stranger = call(
        "chat.postEphemeral",
        &[("channel", HOME), ("user", ORLA), ("text", "psst")],
    )
    .await;
    assert_eq!(stranger["error"], json!("user_not_in_channel"));
    let world = slack.sim.world();
    let message = world.messages.values().flatten().next().unwrap();
    assert!(message.is_shown_to(&ORLA.parse().unwrap()) && !message.is_shown_to(&IZZY.parse().unwrap()));
    let ts = shown["message_ts"].as_str().unwrap();
    let update =
        async |ts: &str, text: &str| call("chat.update", &[("channel", CHANNEL), ("ts", ts), ("text", text)]).await;
    assert_eq!(update(ts, "louder").await["error"], json!("message_not_found"));
    let posted = call("chat.postMessage", &[("channel", CHANNEL), ("text", "one")]).await;
    let ts = posted["ts"].as_str().unwrap();
    let updated = update(ts, "two").await;
    assert_eq!((&updated["ts"], &updated["text"]), (&posted["ts"], &json!("two")));
    assert!(updated["message"]["edited"].is_object());
    let action = json!({"action": "post_message", "channel": CHANNEL, "user": IZZY, "text": "mine"});
    slack.sim.act(serde_json::from_value(action).unwrap()).await.unwrap();
    let mine = slack.sim.world().messages[CHANNEL].last().unwrap().ts();
    assert_eq!(update(&mine, "yours").await["error"], json!("cant_update_message"));
}

#[tokio::test]
async fn an_app_opens_a_conversation_by_writing_to_a_person_if_it_may() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[]).await;
    let form = [("channel", ORLA), ("text", "hello")];
    let refused = slack.call("chat.postMessage", Some(&token), &form).await;
    assert_eq!(
        (&refused["error"], &refused["needed"]),
        (&json!("missing_scope"), &json!("conversations.app_home:create"))
    );
    let token = slack.install("conversations.app_home:create", &[]).await;
    let posted = slack.call("chat.postMessage", Some(&token), &form).await;
    assert_eq!(posted["ok"], json!(true), "{posted}");
    slack.sim.idle().await;
    let told = slack.sim.deliveries();
    let last = told
        .iter()
        .rfind(|delivery| delivery.event_type == "resources_added")
        .unwrap();
    assert_eq!(
        last.body["event"]["resources"][0]["resource"]["grant"]["resource_id"],
        posted["channel"]
    );
    assert_eq!(
        slack.call("chat.postMessage", Some(&token), &form).await["channel"],
        posted["channel"]
    );
    let nobody = [("channel", "U0N0B0DY"), ("text", "hello")];
    assert_eq!(
        slack.call("chat.postMessage", Some(&token), &nobody).await["error"],
        json!("channel_not_found")
    );
}
