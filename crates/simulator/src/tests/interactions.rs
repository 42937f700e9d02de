//! Presses and commands: the signed form, what its answer does, and the `response_url`.

use std::time::Duration;

use grantbook_api::{
    commands::CommandRequest,
    interactions::{BlockActions, Interaction, InteractiveMessage},
};
use serde_json::{Value, json};

use super::harness::{CHANNEL, Harness, IZZY, TEAM};
use crate::{Delivery, DeliveryState, Fault, state::Message};

const HOME: &str = "D0BH95DLH";
const ORLA: &str = "U07MPWUWB7";
const AT_ONCE: Duration = Duration::ZERO;

fn attachments() -> String {
    json!([{ "callback_id": "perm_request_1234", "fallback": "Add it", "actions": [
        { "name": "ask", "text": "Add", "type": "button", "value": "add" },
        { "name": "ask", "text": "Never", "type": "button", "value": "never" },
        { "name": "pick", "text": "Pick", "type": "select", "options": [{ "text": "One", "value": "1" }] },
    ]}])
    .to_string()
}

async fn post(slack: &Harness, token: &str, fields: &[(&str, &str)]) -> String {
    let mut form = vec![("channel", HOME), ("text", "New feature alert")];
    form.extend_from_slice(fields);
    let posted = slack.call("chat.postMessage", Some(token), &form).await;
    posted["ts"].as_str().unwrap_or_else(|| panic!("{posted}")).to_owned()
}

/// Installs the app and posts its buttons; answers the message's name.
async fn with_buttons(slack: &Harness) -> String {
    let token = slack.install("chat:write", &[]).await;
    post(slack, &token, &[("attachments", &attachments())]).await
}

async fn act(slack: &Harness, action: Value) {
    slack.sim.act(serde_json::from_value(action).unwrap()).await.unwrap();
    slack.sim.idle().await;
}

async fn press(slack: &Harness, ts: &str, name: &str, value: &str) {
    let press = json!({
        "action": "press", "channel": HOME, "ts": ts, "user": IZZY, "attachment": 1, "name": name, "value": value,
    });
    act(slack, press).await;
}

async fn run(slack: &Harness, channel: &str, command: &str, text: &str) {
    let run = json!({
        "action": "run_command", "team": TEAM, "channel": channel, "user": IZZY, "command": command, "text": text,
    });
    act(slack, run).await;
}

fn pressed(slack: &Harness) -> InteractiveMessage {
    match Interaction::parse(&slack.forms().last().unwrap().raw).unwrap() {
        Interaction::Message(message) => *message,
        other => panic!("{other:?}"),
    }
}

fn messages(slack: &Harness, channel: &str) -> Vec<Message> {
    slack.sim.world().messages.get(channel).cloned().unwrap_or_default()
}

fn last(slack: &Harness) -> Message {
    messages(slack, HOME).pop().unwrap()
}

async fn respond(slack: &Harness, url: &str, body: &Value) -> (u16, String) {
    let answer = slack.http.post(url).json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

fn delivery(slack: &Harness, kind: &str) -> Delivery {
    slack
        .sim
        .deliveries()
        .into_iter()
        .rfind(|one| one.event_type == kind)
        .unwrap()
}

#[tokio::test]
async fn a_press_reaches_the_app_as_a_signed_form_with_a_trigger_of_its_own() {
    let slack = Harness::start().await;
    let ts = with_buttons(&slack).await;
    press(&slack, &ts, "ask", "never").await;
    assert_eq!(slack.forms()[0].path, "/slack/insectoid/interactions");
    let message = pressed(&slack);
    assert_eq!(
        (message.action.name.as_str(), message.action.value()),
        ("ask", Some("never"))
    );
    assert_eq!(
        (message.callback_id.as_str(), message.attachment_id),
        ("perm_request_1234", Some(1))
    );
    assert_eq!(message.message_ts.as_deref(), Some(ts.as_str()));
    assert_eq!(
        (message.channel.id.as_str(), message.channel.name.as_deref()),
        (HOME, Some("directmessage"))
    );
    assert_eq!(message.original_message.unwrap()["text"], json!("New feature alert"));
    let trigger = message.trigger_id.unwrap();
    let world = slack.sim.world();
    assert_eq!(world.triggers.get(trigger.as_str()).unwrap().user.as_str(), IZZY);
    let logged = delivery(&slack, "interactive_message");
    assert_eq!(
        (logged.state, logged.attempts.len(), logged.once),
        (DeliveryState::Delivered, 1, true)
    );
    assert!(logged.body.get("token").is_none() && logged.body.get("response_url").is_none());
}

#[tokio::test]
async fn a_menu_sends_what_was_chosen_and_nothing_that_it_does_not_offer() {
    let slack = Harness::start().await;
    let ts = with_buttons(&slack).await;
    press(&slack, &ts, "pick", "1").await;
    assert_eq!(pressed(&slack).action.value(), Some("1"));
    for (name, value) in [("pick", "2"), ("nothing", "add")] {
        let forged = json!({
            "action": "press", "channel": HOME, "ts": ts, "user": IZZY, "attachment": 1, "name": name, "value": value,
        });
        let refused = slack
            .sim
            .act(serde_json::from_value(forged).unwrap())
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "no_element");
    }
    assert_eq!(slack.forms().len(), 1);
}

#[tokio::test]
async fn block_kit_buttons_and_menus_send_block_actions() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[]).await;
    let blocks = json!([
        { "type": "section", "text": { "type": "mrkdwn", "text": "More?" },
          "accessory": { "type": "button", "action_id": "more", "text": { "type": "plain_text", "text": "More" }, "url": "https://example.com/" } },
        { "type": "actions", "elements": [{ "type": "static_select", "action_id": "scope", "options": [
            { "text": { "type": "plain_text", "text": "files" }, "value": "files:read" }] }] },
    ]);
    let ts = post(&slack, &token, &[("blocks", &blocks.to_string())]).await;
    let pressed = async |name: &str, value: Option<&str>| -> BlockActions {
        let press = json!({ "action": "press", "channel": HOME, "ts": ts, "user": IZZY, "name": name, "value": value });
        act(&slack, press).await;
        match Interaction::parse(&slack.forms().last().unwrap().raw).unwrap() {
            Interaction::Blocks(blocks) => *blocks,
            other => panic!("{other:?}"),
        }
    };
    let button = pressed("more", None).await;
    assert_eq!(
        (button.actions[0].kind.as_str(), button.actions[0].block_id.as_str()),
        ("button", "block1")
    );
    assert_eq!(button.container.message_ts.as_deref(), Some(ts.as_str()));
    let menu = pressed("scope", Some("files:read")).await;
    assert_eq!(
        (menu.actions[0].value(), menu.actions[0].block_id.as_str()),
        (Some("files:read"), "block2")
    );
    assert_eq!(menu.message.unwrap()["ts"], json!(ts));
}

#[tokio::test]
async fn a_json_answer_replaces_the_message_unless_it_says_otherwise() {
    let slack = Harness::start().await;
    let ts = with_buttons(&slack).await;
    let count = messages(&slack, HOME).len();
    slack.reply_with(200, r#"{"text":"only you","replace_original":false}"#, AT_ONCE);
    press(&slack, &ts, "ask", "add").await;
    assert_eq!(
        (last(&slack).text.as_str(), last(&slack).only_for.is_some()),
        ("only you", true)
    );
    slack.reply_with(200, r#"{"text":"Thank you"}"#, AT_ONCE);
    press(&slack, &ts, "ask", "add").await;
    let replaced = slack.sim.world().message(&HOME.parse().unwrap(), &ts).cloned().unwrap();
    assert_eq!((replaced.text.as_str(), replaced.edited.is_some()), ("Thank you", true));
    assert_eq!(messages(&slack, HOME).len(), count + 1);
    let gone = json!({
        "action": "press", "channel": HOME, "ts": ts, "user": IZZY, "attachment": 1, "name": "ask", "value": "add",
    });
    let refused = slack.sim.act(serde_json::from_value(gone).unwrap()).await.unwrap_err();
    assert_eq!(refused.code(), "no_element");
}

#[tokio::test]
async fn a_response_url_works_five_times_within_thirty_minutes() {
    let slack = Harness::start().await;
    let ts = with_buttons(&slack).await;
    press(&slack, &ts, "ask", "add").await;
    let url = pressed(&slack).response_url.unwrap().expose().to_owned();
    let forged = url.replace(url.rsplit('/').next().unwrap(), "nonsense");
    let text = json!({"text": "hello"});
    assert_eq!(respond(&slack, &forged, &text).await, (404, "expired_url".to_owned()));
    assert_eq!(
        respond(&slack, &url, &json!(["x"])).await,
        (400, "invalid_payload".to_owned())
    );
    assert_eq!(respond(&slack, &url, &json!({})).await, (400, "no_text".to_owned()));
    for _ in 0..4 {
        assert_eq!(respond(&slack, &url, &text).await, (200, "ok".to_owned()));
    }
    assert_eq!(respond(&slack, &url, &json!({"delete_original": true})).await.0, 200);
    assert!(slack.sim.world().message(&HOME.parse().unwrap(), &ts).is_none());
    assert_eq!(respond(&slack, &url, &text).await, (404, "used_url".to_owned()));
    let again = with_buttons(&slack).await;
    press(&slack, &again, "ask", "add").await;
    let url = pressed(&slack).response_url.unwrap().expose().to_owned();
    slack.sim.clock().advance(Duration::from_secs(1_799));
    assert_eq!(respond(&slack, &url, &text).await.0, 200);
    slack.sim.clock().advance(Duration::from_secs(2));
    assert_eq!(respond(&slack, &url, &text).await, (404, "expired_url".to_owned()));
}

#[tokio::test]
async fn a_command_is_answered_to_its_typist_alone_or_to_everybody() {
    let slack = Harness::start().await;
    slack.install("chat:write,commands", &[("channel", CHANNEL)]).await;
    slack.reply_with(200, "three of them", AT_ONCE);
    run(&slack, CHANNEL, "/insectoid", "Elm Street").await;
    let CommandRequest::Command(command) = CommandRequest::parse(&slack.forms()[0].raw).unwrap() else {
        panic!()
    };
    assert_eq!(
        (command.command.as_str(), command.text.as_str()),
        ("/insectoid", "Elm Street")
    );
    assert_eq!(
        (command.channel_name.as_str(), command.user_name.as_str()),
        ("general-bugs", "izzy")
    );
    assert_eq!(slack.forms()[0].path, "/slack/insectoid/commands");
    let alone = messages(&slack, CHANNEL).pop().unwrap();
    assert_eq!(
        (alone.text.as_str(), alone.only_for.unwrap().as_str()),
        ("three of them", IZZY)
    );
    slack.reply_with(200, r#"{"response_type":"in_channel","text":"for all"}"#, AT_ONCE);
    run(&slack, CHANNEL, "/insectoid", "Oak").await;
    let shown = messages(&slack, CHANNEL).split_off(1);
    let texts: Vec<_> = shown
        .iter()
        .map(|message| (message.text.as_str(), message.only_for.is_none()))
        .collect();
    assert_eq!(texts, [("/insectoid Oak", true), ("for all", true)]);
    let url = command.response_url.unwrap();
    assert!(url.expose().contains("/hooks/commands/T061EG9R6/"));
}

#[tokio::test]
async fn a_command_works_where_the_app_holds_commands_and_permissions_always_at_home() {
    let slack = Harness::start().await;
    slack.install("chat:write", &[("channel", CHANNEL)]).await;
    run(&slack, HOME, "/insectoid", "").await;
    assert!(slack.forms().is_empty() && last(&slack).text.contains("does not hold `commands`"));
    run(&slack, HOME, "/permissions", "").await;
    assert_eq!(slack.forms().len(), 1);
    slack
        .act(json!({"action": "grant_scope", "scopes": ["commands"]}))
        .await;
    run(&slack, HOME, "/insectoid", "").await;
    run(&slack, CHANNEL, "/insectoid", "").await;
    assert_eq!(slack.forms().len(), 3);
    run(&slack, "C0H0FCSVXG", "/insectoid", "").await;
    run(&slack, HOME, "/unheard-of", "").await;
    let said = last(&slack);
    assert!(said.text.starts_with("/unheard-of is not a valid command") && said.only_for.is_some());
    assert_eq!(slack.forms().len(), 3);
}

#[tokio::test]
async fn an_app_that_fails_or_is_late_is_tried_once_and_its_user_is_told() {
    let slack = Harness::start().await;
    let ts = with_buttons(&slack).await;
    slack.reply_with(500, "", AT_ONCE);
    press(&slack, &ts, "ask", "add").await;
    assert!(
        last(&slack).text.contains("answered with HTTP 500"),
        "{}",
        last(&slack).text
    );
    slack.reply_with(200, "too late", Duration::from_secs(4));
    run(&slack, HOME, "/permissions", "all").await;
    let told = last(&slack);
    assert!(told.text.contains("`operation_timeout`") && told.text.starts_with("/permissions all failed"));
    assert_eq!(told.only_for.unwrap().as_str(), IZZY);
    let logged = delivery(&slack, "slash_command");
    assert_eq!(
        (logged.state, logged.attempts[0].failure),
        (DeliveryState::GaveUp, Some("http_timeout"))
    );
    assert_eq!(slack.forms().len(), 2);
}

#[tokio::test]
async fn what_one_person_sees_cannot_be_pressed_by_another() {
    let slack = Harness::start().await;
    let ts = with_buttons(&slack).await;
    let buttons: Value = serde_json::from_str(&attachments()).unwrap();
    let reply = json!({"text": "just you", "replace_original": false, "attachments": buttons});
    slack.reply_with(200, &reply.to_string(), AT_ONCE);
    press(&slack, &ts, "ask", "add").await;
    let own = last(&slack).ts();
    press(&slack, &own, "ask", "never").await;
    assert_eq!(pressed(&slack).original_message, None, "nobody else has it");
    let other = json!({
        "action": "press", "channel": HOME, "ts": own, "user": ORLA, "attachment": 1, "name": "ask", "value": "add",
    });
    assert!(slack.sim.act(serde_json::from_value(other).unwrap()).await.is_err());
}

#[tokio::test]
async fn a_press_can_be_held_back_until_its_trigger_is_too_old() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[]).await;
    let ts = post(&slack, &token, &[("attachments", &attachments())]).await;
    let late = Fault::DelayMs { delay_ms: 4_000 };
    slack.sim.fault("interactive_message", late, 1);
    let press = json!({
        "action": "press", "channel": HOME, "ts": ts, "user": IZZY, "attachment": 1, "name": "ask", "value": "add",
    });
    slack.sim.act(serde_json::from_value(press).unwrap()).await.unwrap();
    assert!(slack.forms().is_empty());
    slack.sim.clock().advance(Duration::from_secs(4));
    slack.sim.idle().await;
    let trigger = pressed(&slack).trigger_id.unwrap();
    let ask = [("scopes", "commands"), ("trigger_id", trigger.as_str())];
    let answer = slack.call("apps.permissions.request", Some(&token), &ask).await;
    assert_eq!(answer["error"], json!("invalid_trigger"));
    assert!(slack.sim.triggers()[0].delay_ms().unwrap() >= 4_000);
}
