//! The interactions and commands doors: what is believed, and what is answered at once.

use grantbook_core::view::{Page, Role};
use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::harness::{Answer, Harness, SIGNING_SECRET, request};

const INTERACTIONS: &str = "/slack/insectoid/interactions";
const COMMANDS: &str = "/slack/insectoid/commands";
const DOORS: [&str; 2] = [INTERACTIONS, COMMANDS];

fn form(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

async fn send(console: &Harness, door: &str, fields: &[(&str, &str)]) -> Answer {
    console.signed(door, &form(fields), SIGNING_SECRET, 0).await
}

/// A press on somebody else's button.
fn press() -> Value {
    json!({
        "type": "interactive_message", "callback_id": "somebody_elses", "token": "t",
        "actions": [{ "name": "go", "type": "button", "value": "1" }],
        "team": { "id": "T061EG9R6", "domain": "northwind" }, "channel": { "id": "D061F7AUR", "name": "directmessage" },
        "user": { "id": "U061F7AUR", "name": "izzy" }, "action_ts": "1795300000.000100",
        "message_ts": "1795299000.000100", "attachment_id": "1",
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
    })
}

#[tokio::test]
async fn only_what_this_apps_secret_signed_just_now_is_believed() {
    let console = Harness::with_app().await;
    for door in DOORS {
        for (secret, age) in [("another secret", 0), (SIGNING_SECRET, 301), (SIGNING_SECRET, -301)] {
            console
                .signed(door, "payload=%7B%7D", secret, age)
                .await
                .assert_problem(401, "invalid_signature");
        }
        let unsigned = request(Method::POST, door).body("payload=%7B%7D".into()).unwrap();
        console.send(unsigned).await.assert_problem(401, "invalid_signature");
    }
}

#[tokio::test]
async fn a_form_that_is_no_interaction_is_a_bad_request() {
    let console = Harness::with_app().await;
    for (fields, code) in [
        (&[("load", "{}")][..], "no_payload"),
        (&[], "no_payload"),
        (&[("payload", "not json")], "not_json"),
        (&[("payload", "{}")], "wrong_shape"),
        (&[("payload", "{\"type\":\"block_actions\"}")], "wrong_shape"),
    ] {
        send(&console, INTERACTIONS, fields).await.assert_problem(400, code);
    }
}

#[tokio::test]
async fn a_form_that_is_no_command_is_a_bad_request() {
    let console = Harness::with_app().await;
    for fields in [&[][..], &[("command", "/insectoid")], &[("command", "insectoid")]] {
        let answer = send(&console, COMMANDS, fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
    }
}

#[tokio::test]
async fn slacks_certificate_check_is_answered_with_nothing() {
    let console = Harness::with_app().await;
    let unsigned = request(Method::POST, COMMANDS).body("ssl_check=1&token=t".into());
    for answer in [
        send(&console, COMMANDS, &[("ssl_check", "1"), ("token", "t")]).await,
        console.send(unsigned.unwrap()).await,
    ] {
        assert_eq!((answer.status, answer.text()), (StatusCode::OK, ""));
    }
}

#[tokio::test]
async fn kinds_that_this_console_does_not_use_are_acknowledged() {
    let console = Harness::with_app().await;
    let payload = json!({ "type": "view_closed", "api_app_id": "A0INSECT1" }).to_string();
    let answer = send(&console, INTERACTIONS, &[("payload", &payload)]).await;
    assert_eq!((answer.status, answer.text()), (StatusCode::OK, ""));
}

#[tokio::test]
async fn a_press_on_somebody_elses_button_is_acknowledged_and_kept_as_a_stray() {
    let console = Harness::with_app().await;
    let payload = press().to_string();
    for _ in 0..2 {
        let answer = send(&console, INTERACTIONS, &[("payload", &payload)]).await;
        assert_eq!((answer.status, answer.text()), (StatusCode::OK, ""));
    }
    let ada = console.signed_in("ada", Role::Viewer).await;
    let mut strays = Vec::new();
    // It is recorded after the answer.
    for _ in 0..200 {
        let answer = console
            .page(&ada, Method::GET, "/api/v1/permission-requests/strays", None)
            .await;
        strays = answer.json::<Page<Value>>().items;
        if !strays.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(strays.len(), 1, "{strays:?}");
    assert_eq!(strays[0]["code"], "unknown_callback");
    assert_eq!(strays[0]["subject"], "somebody_elses");
    assert!(strays[0]["sentence"].as_str().is_some_and(|text| text.ends_with('.')));
}

#[tokio::test]
async fn the_doors_take_signed_forms_of_registered_apps_only() {
    let console = Harness::with_app().await;
    for door in DOORS {
        console.get(door).await.assert_problem(405, "method_not_allowed");
        let long = "x".repeat(1024 * 1024 + 1);
        console
            .signed(door, &long, SIGNING_SECRET, 0)
            .await
            .assert_problem(413, "body_too_large");
    }
    for door in ["/slack/nobodys/interactions", "/slack/nobodys/commands"] {
        console
            .signed(door, "payload=%7B%7D", SIGNING_SECRET, 0)
            .await
            .assert_problem(404, "app_not_found");
    }
}

#[tokio::test]
async fn what_arrives_is_counted_by_door_and_outcome() {
    let console = Harness::with_app().await;
    console.signed(INTERACTIONS, "", "another secret", 0).await;
    send(&console, COMMANDS, &[("ssl_check", "1")]).await;
    let metrics = console.get("/metrics").await;
    for counted in [
        "grantbook_interactions_received_total{door=\"interactions\",outcome=\"unauthorized\"}",
        "grantbook_interactions_received_total{door=\"commands\",outcome=\"ssl_check\"}",
        "grantbook_interactions_seconds_bucket{door=\"commands\"",
        "grantbook_triggers_spent_total ",
        "grantbook_triggers_late_total ",
    ] {
        assert!(metrics.text().contains(counted), "{counted}: {}", metrics.text());
    }
}
