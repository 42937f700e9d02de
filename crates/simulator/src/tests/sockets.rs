//! Socket Mode from the app's side: addresses, frames, acknowledgements, retries and endings.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use super::{
    harness::{CHANNEL, Harness, IZZY, TEAM},
    modern::install,
};
use crate::{DeliveryState, DisconnectReason};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const SCOPES: [(&str, &str); 1] = [("scope", "chat:write,channels:read,commands")];

/// Northwind, and atlas in Socket Mode, installed.
async fn behind_a_firewall() -> Harness {
    let slack = Harness::start_with(|seed| {
        let atlas = seed.apps.iter_mut().find(|app| app.slug.as_str() == "atlas").unwrap();
        atlas.socket_mode = true;
    })
    .await;
    install(&slack, &SCOPES, &[]).await;
    slack
}

fn app_token(slack: &Harness) -> String {
    let apps = slack.sim.apps();
    let atlas = apps.iter().find(|app| app.slug.as_str() == "atlas").unwrap();
    atlas.app_tokens[0].token.expose().to_owned()
}

async fn address(slack: &Harness) -> String {
    let answer = slack.call("apps.connections.open", Some(&app_token(slack)), &[]).await;
    answer["url"].as_str().unwrap().to_owned()
}

async fn connect(slack: &Harness) -> (Socket, Value) {
    let (mut socket, _) = connect_async(address(slack).await).await.unwrap();
    let hello = frame(&mut socket).await.unwrap();
    (socket, hello)
}

/// The next text frame; none when the connection ended.
async fn frame(socket: &mut Socket) -> Option<Value> {
    loop {
        let next = tokio::time::timeout(Duration::from_secs(20), socket.next())
            .await
            .unwrap();
        match next {
            Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            Some(Ok(_)) => {}
        }
    }
}

async fn acknowledge(socket: &mut Socket, envelope: &Value, payload: Option<Value>) {
    let mut ack = json!({ "envelope_id": envelope["envelope_id"] });
    if let Some(payload) = payload {
        ack["payload"] = payload;
    }
    socket.send(Message::Text(ack.to_string().into())).await.unwrap();
}

async fn act(slack: &Harness, action: Value) {
    let mut action = action;
    action["app"] = json!("atlas");
    action["team"] = json!(TEAM);
    slack.sim.act(serde_json::from_value(action).unwrap()).await.unwrap();
}

#[tokio::test]
async fn an_address_is_for_the_apps_own_token_and_serves_once() {
    let slack = behind_a_firewall().await;
    let token = app_token(&slack);
    let got = slack.http.get(format!("{}/api/apps.connections.open", slack.sim.url()));
    let got: Value = got.bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    assert_eq!(got["error"], json!("insecure_request"));
    let error = async |token: Option<&str>, form: &[(&str, &str)]| {
        slack.call("apps.connections.open", token, form).await["error"].clone()
    };
    assert_eq!(
        error(None, &[("token", &token)]).await,
        json!("not_authed"),
        "only in the header"
    );
    assert_eq!(error(Some("xapp-1"), &[]).await, json!("invalid_auth"));
    let bot = install(&slack, &SCOPES, &[]).await;
    assert_eq!(
        error(bot["access_token"].as_str(), &[]).await,
        json!("not_allowed_token_type")
    );
    let other = slack.call("auth.test", Some(&token), &[]).await;
    assert_eq!(other["error"], json!("not_allowed_token_type"));

    let url = address(&slack).await;
    assert!(url.starts_with("ws://127.0.0.1:") && url.contains("/link/?ticket=") && url.ends_with("&app_id=A0ATLAS42"));
    let (mut socket, _) = connect_async(&url).await.unwrap();
    let hello = frame(&mut socket).await.unwrap();
    assert_eq!(
        (
            &hello["type"],
            &hello["num_connections"],
            &hello["connection_info"]["app_id"]
        ),
        (&json!("hello"), &json!(1), &json!("A0ATLAS42"))
    );
    assert!(hello["debug_info"]["approximate_connection_time"].is_number());
    assert_eq!(refused(&url).await, StatusCode::FORBIDDEN);
    let old = address(&slack).await;
    slack.sim.clock().advance(Duration::from_secs(60));
    assert_eq!(refused(&old).await, StatusCode::FORBIDDEN);
    assert!(!format!("{:?}", slack.sim.all_calls()).contains("xapp-"));
}

async fn refused(url: &str) -> StatusCode {
    match connect_async(url).await {
        Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => answer.status(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn events_go_to_one_connection_in_turn_and_are_delivered_when_acknowledged() {
    let slack = behind_a_firewall().await;
    let (mut one, _) = connect(&slack).await;
    let (mut two, hello) = connect(&slack).await;
    assert_eq!(hello["num_connections"], json!(2));
    act(&slack, json!({"action": "add_resource", "resource": CHANNEL})).await;
    let first = frame(&mut one).await.unwrap();
    assert_eq!(
        (&first["type"], &first["accepts_response_payload"]),
        (&json!("events_api"), &json!(false))
    );
    assert_eq!(
        (&first["retry_attempt"], &first["retry_reason"]),
        (&json!(0), &json!(""))
    );
    let payload = &first["payload"];
    assert_eq!(
        (&payload["type"], &payload["event"]["type"]),
        (&json!("event_callback"), &json!("member_joined_channel"))
    );
    acknowledge(&mut one, &first, None).await;
    slack.sim.idle().await;
    act(&slack, json!({"action": "remove_resource", "resource": CHANNEL})).await;
    let second = frame(&mut two).await.unwrap();
    acknowledge(&mut two, &second, None).await;
    let third = frame(&mut one).await.unwrap();
    acknowledge(&mut one, &third, None).await;
    slack.sim.idle().await;
    let deliveries = slack.sim.deliveries();
    assert!(
        deliveries
            .iter()
            .all(|delivery| delivery.state == DeliveryState::Delivered)
    );
    assert!(
        deliveries
            .iter()
            .all(|delivery| delivery.url.as_deref() == Some("socket"))
    );
    let counts: Vec<_> = slack
        .sim
        .sockets()
        .iter()
        .map(|socket| (socket.sent, socket.acknowledged))
        .collect();
    assert_eq!(counts, [(2, 2), (1, 1)]);
    assert!(slack.seen().is_empty(), "nothing came by HTTP");
}

#[tokio::test]
async fn what_is_not_acknowledged_in_three_seconds_or_lost_with_its_connection_comes_again() {
    let slack = behind_a_firewall().await;
    let (mut silent, _) = connect(&slack).await;
    act(&slack, json!({"action": "add_resource", "resource": CHANNEL})).await;
    let first = frame(&mut silent).await.unwrap();
    let again = frame(&mut silent).await.unwrap();
    assert_eq!(
        (&again["retry_attempt"], &again["retry_reason"]),
        (&json!(1), &json!("timeout"))
    );
    assert_eq!(again["payload"]["event_id"], first["payload"]["event_id"]);
    let (mut other, _) = connect(&slack).await;
    drop(silent);
    let waits = |slack: &Harness| matches!(slack.sim.deliveries()[0].state, DeliveryState::Waiting { .. });
    while !waits(&slack) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    slack.sim.clock().advance(Duration::from_secs(61));
    let last = frame(&mut other).await.unwrap();
    assert_eq!(last["payload"]["event_id"], first["payload"]["event_id"]);
    acknowledge(&mut other, &last, None).await;
    slack.sim.idle().await;
    assert_eq!(slack.sim.deliveries()[0].state, DeliveryState::Delivered);
}

#[tokio::test]
async fn commands_and_presses_come_as_objects_and_may_be_answered_in_the_acknowledgement() {
    let slack = behind_a_firewall().await;
    let (mut socket, _) = connect(&slack).await;
    let command = json!({"action": "run_command", "team": TEAM, "channel": CHANNEL, "user": IZZY, "command": "/atlas", "text": "maps"});
    act(&slack, command.clone()).await;
    let typed = frame(&mut socket).await.unwrap();
    assert_eq!(
        (&typed["type"], &typed["accepts_response_payload"]),
        (&json!("slash_commands"), &json!(true))
    );
    assert_eq!(
        (&typed["payload"]["command"], &typed["payload"]["text"]),
        (&json!("/atlas"), &json!("maps"))
    );
    assert!(typed["payload"]["trigger_id"].is_string() && typed["payload"]["response_url"].is_string());
    acknowledge(&mut socket, &typed, Some(json!({"text": "three maps"}))).await;
    slack.sim.idle().await;
    let told = |slack: &Harness| {
        let world = slack.sim.world();
        let channel = grantbook_core::ResourceId::new(CHANNEL).unwrap();
        world.messages[&channel]
            .iter()
            .map(|message| message.text.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&slack), ["three maps"]);

    act(&slack, json!({"action": "add_resource", "resource": CHANNEL})).await;
    let joined = frame(&mut socket).await.unwrap();
    acknowledge(&mut socket, &joined, None).await;
    let bot = install(&slack, &SCOPES, &[]).await;
    let blocks = json!([{"type": "actions", "block_id": "b", "elements": [
        {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}]}]);
    let form = [("channel", CHANNEL), ("text", "press"), ("blocks", &blocks.to_string())];
    let posted = slack
        .call("chat.postMessage", bot["access_token"].as_str(), &form)
        .await;
    act(
        &slack,
        json!({"action": "press", "channel": CHANNEL, "ts": posted["ts"], "user": IZZY, "action_id": "go"}),
    )
    .await;
    let pressed = frame(&mut socket).await.unwrap();
    assert_eq!(
        (&pressed["type"], &pressed["accepts_response_payload"]),
        (&json!("interactive"), &json!(false))
    );
    assert_eq!(
        (
            &pressed["payload"]["type"],
            &pressed["payload"]["actions"][0]["action_id"]
        ),
        (&json!("block_actions"), &json!("go"))
    );
    acknowledge(&mut socket, &pressed, None).await;
    drop(socket);
    while !slack.sim.sockets().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    act(&slack, command).await;
    slack.sim.idle().await;
    assert!(
        told(&slack).last().unwrap().contains("dispatch_failed"),
        "nobody is connected"
    );
}

#[tokio::test]
async fn a_connection_is_warned_and_ends_by_the_clock_or_by_order() {
    let slack = behind_a_firewall().await;
    let url = format!("{}&debug_reconnects=true", address(&slack).await);
    let (mut short, _) = connect_async(url).await.unwrap();
    let hello = frame(&mut short).await.unwrap();
    assert_eq!(hello["debug_info"]["approximate_connection_time"], json!(360));
    let (mut long, _) = connect(&slack).await;
    slack.sim.clock().advance(Duration::from_secs(350));
    assert_eq!(frame(&mut short).await.unwrap()["reason"], json!("warning"));
    slack.sim.clock().advance(Duration::from_secs(10));
    let last = frame(&mut short).await.unwrap();
    assert_eq!(
        (&last["type"], &last["reason"]),
        (&json!("disconnect"), &json!("refresh_requested"))
    );
    assert_eq!(frame(&mut short).await, None);

    assert_eq!(
        slack
            .sim
            .disconnect_sockets("atlas", DisconnectReason::RefreshRequested),
        1
    );
    assert_eq!(frame(&mut long).await.unwrap()["reason"], json!("refresh_requested"));
    let (mut cut, _) = connect(&slack).await;
    let order = slack.http.post(format!("{}/sim/sockets", slack.sim.url()));
    let order = order
        .body(json!({"app": "atlas", "reason": "cut"}).to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(order.json::<Value>().await.unwrap()["disconnected"], json!(1));
    assert_eq!(frame(&mut cut).await, None);

    let (mut on, _) = connect(&slack).await;
    act(&slack, json!({"action": "socket_mode", "enabled": false})).await;
    assert_eq!(frame(&mut on).await.unwrap()["reason"], json!("link_disabled"));
    let (_, refused) = connect(&slack).await;
    assert_eq!(refused["reason"], json!("link_disabled"), "instead of a hello");
}

#[tokio::test]
async fn an_app_has_ten_connections_at_most_and_all_end_with_the_simulator() {
    let slack = behind_a_firewall().await;
    let mut open = Vec::new();
    for count in 1..=10 {
        let (socket, hello) = connect(&slack).await;
        assert_eq!(hello["num_connections"], json!(count));
        open.push(socket);
    }
    let (mut eleventh, refused) = connect(&slack).await;
    assert_eq!(
        (&refused["reason"], &refused["num_connections"]),
        (&json!("too_many_websockets"), &json!(10))
    );
    assert_eq!(frame(&mut eleventh).await, None);
    assert_eq!(slack.sim.sockets().len(), 10);
    slack.sim.shutdown().await;
    assert_eq!(frame(&mut open[0]).await, None);
}
