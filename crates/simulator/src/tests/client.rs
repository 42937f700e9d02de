//! The client page with presses, commands and dialogs, as a browser without scripts and with them.

use std::time::Duration;

use serde_json::{Value, json};

use super::harness::{CHANNEL, Harness, IZZY, TEAM};

const HOME: &str = "D0BH95DLH";
const ORLA: &str = "U07MPWUWB7";

async fn page(slack: &Harness, user: &str, at: &str) -> String {
    let url = format!(
        "{}/client?team={TEAM}&user={user}&at={at}&show=messages",
        slack.sim.url()
    );
    slack.http.get(url).send().await.unwrap().text().await.unwrap()
}

async fn submit(slack: &Harness, fields: &[(&str, &str)]) -> Value {
    let back = format!("/client?team={TEAM}&user={IZZY}&at=A0BLA3EP2&show=messages");
    let mut form = vec![("back", back.as_str()), ("team", TEAM), ("user", IZZY)];
    form.extend_from_slice(fields);
    let request = slack.http.post(format!("{}/client/act", slack.sim.url())).form(&form);
    let answer = request.header("accept", "application/json").send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    slack.sim.idle().await;
    answer
}

/// Installs the app, posts a button and lets Izzy press it on the page, then asks for `scopes`.
async fn asked(slack: &Harness, scopes: &str) -> String {
    let token = slack.install("chat:write", &[]).await;
    let attachments = json!([{ "callback_id": "p", "fallback": "f", "color": "#3AA3E3", "text": "*Bold* <b>", "actions": [
        { "name": "add", "text": "Add it", "type": "button", "value": "v" },
        { "name": "no", "text": "Never", "type": "button", "value": "n", "confirm": { "title": "Sure?", "text": "Really?" } },
    ]}]);
    let attachments = attachments.to_string();
    let form = [("channel", HOME), ("text", "hi"), ("attachments", attachments.as_str())];
    let posted = slack.call("chat.postMessage", Some(&token), &form).await;
    let ts = posted["ts"].as_str().unwrap();
    let press = [
        ("action", "press"),
        ("channel", HOME),
        ("ts", ts),
        ("attachment", "1"),
        ("name", "add"),
        ("value", "v"),
    ];
    assert_eq!(submit(slack, &press).await["problem"], Value::Null);
    let trigger = slack.sim.triggers()[0].id.to_string();
    let form = [("scopes", scopes), ("trigger_id", trigger.as_str())];
    let answer = slack.call("apps.permissions.request", Some(&token), &form).await;
    assert_eq!(answer, json!({"ok": true}));
    trigger
}

#[tokio::test]
async fn a_press_on_the_page_leads_to_a_dialog_and_its_answer_is_shown() {
    let slack = Harness::start().await;
    let trigger = asked(&slack, "commands,files:read").await;
    let shown = page(&slack, IZZY, "A0BLA3EP2").await;
    assert!(shown.contains("data-press data-action=\"add\"") && shown.contains("popover id=\"sure-"));
    assert!(shown.contains("<strong>Bold</strong> &lt;b&gt;") && shown.contains("fill=\"#3AA3E3\""));
    assert!(shown.contains(&format!(
        "data-trigger=\"{trigger}\" data-scopes=\"commands,files:read\""
    )));
    assert!(
        shown.contains("because you pressed \u{201c}Add it\u{201d}") && shown.contains("data-trigger-life=\"spent\"")
    );
    assert!(!shown.contains(" style=") && !shown.contains("onclick"));
    assert!(!page(&slack, ORLA, "A0BLA3EP2").await.contains("id=\"dialog\""));
    assert!(
        page(&slack, ORLA, "A0BLA3EP2")
            .await
            .contains(&format!("data-waiting=\"{IZZY}\""))
    );
    let id = slack.sim.dialogs()[0].id.clone();
    let answered = submit(
        &slack,
        &[("action", "answer_dialog"), ("dialog", &id), ("answer", "allow")],
    )
    .await;
    assert!(
        answered["parts"]["answered"]["html"]
            .as_str()
            .unwrap()
            .contains("data-answer=\"allow\"")
    );
    assert_eq!(answered["parts"]["dialog"]["html"], json!(""));
    assert!(page(&slack, IZZY, "A0BLA3EP2").await.contains("you allowed it"));
}

#[tokio::test]
async fn only_the_parts_that_have_changed_are_sent_again() {
    let slack = Harness::start().await;
    slack.install("chat:write", &[]).await;
    slack.sim.idle().await;
    slack.sim.clock().freeze();
    let live = async |marks: &str| -> Value {
        let url = format!(
            "{}/client/live?team={TEAM}&user={IZZY}&at=A0BLA3EP2&marks={marks}",
            slack.sim.url()
        );
        slack.http.get(url).send().await.unwrap().json().await.unwrap()
    };
    let all = live("").await;
    let parts = all["parts"].as_object().unwrap();
    let marks = parts
        .iter()
        .map(|(name, part)| format!("{name}.{}", part["mark"].as_str().unwrap()));
    let marks = marks.collect::<Vec<_>>().join(",");
    assert!(parts.len() >= 8, "{parts:?}");
    assert_eq!(live(&marks).await["parts"], json!({}));
    slack
        .act(json!({"action": "message_app", "user": IZZY, "text": "hello"}))
        .await;
    slack.sim.idle().await;
    let changed = live(&marks).await;
    let changed: Vec<_> = changed["parts"].as_object().unwrap().keys().cloned().collect();
    assert!(
        changed.contains(&"log".to_owned()) && !changed.contains(&"dialog".to_owned()),
        "{changed:?}"
    );
}

#[tokio::test]
async fn what_begins_with_a_slash_is_a_command_and_its_answer_is_seen_by_one_person() {
    let slack = Harness::start().await;
    slack.install("chat:write,commands", &[("channel", CHANNEL)]).await;
    slack.reply_with(200, "only for Izzy", Duration::ZERO);
    submit(
        &slack,
        &[
            ("channel", CHANNEL),
            ("text", "/insectoid Elm"),
            ("action", "post_message"),
        ],
    )
    .await;
    assert_eq!(slack.forms().len(), 1);
    assert!(page(&slack, IZZY, CHANNEL).await.contains("only for Izzy"));
    assert!(
        page(&slack, IZZY, CHANNEL)
            .await
            .contains("data-command=\"/insectoid\"")
    );
    assert!(!page(&slack, ORLA, CHANNEL).await.contains("only for Izzy"));
    submit(
        &slack,
        &[
            ("app", "A0BLA3EP2"),
            ("text", "/permissions"),
            ("action", "message_app"),
        ],
    )
    .await;
    submit(
        &slack,
        &[("channel", CHANNEL), ("text", " /not one"), ("action", "post_message")],
    )
    .await;
    assert_eq!(slack.forms().len(), 2);
    let problem = submit(
        &slack,
        &[("action", "answer_dialog"), ("dialog", "dlg_x"), ("answer", "deny")],
    )
    .await;
    assert_eq!(problem["problem"], json!("there is no dialog dlg_x"));
    assert!(
        problem["parts"]["problem"]["html"]
            .as_str()
            .unwrap()
            .contains("id=\"problem\"")
    );
}
