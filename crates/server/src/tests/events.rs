//! The events door: what is believed, and what is stored.

use http::{Method, StatusCode};
use serde_json::json;

use super::harness::{Answer, Harness, SIGNING_SECRET, request};

const EVENTS: &str = "/slack/insectoid/events";

async fn deliver(console: &Harness, body: &str, secret: &str, age: i64) -> Answer {
    console.signed(EVENTS, body, secret, age).await
}

#[tokio::test]
async fn slacks_challenge_is_answered() {
    let console = Harness::with_app().await;
    let body = json!({ "type": "url_verification", "token": "t", "challenge": "3eZbrw1a" }).to_string();
    let answer = deliver(&console, &body, SIGNING_SECRET, 0).await;
    assert_eq!((answer.status, answer.text()), (StatusCode::OK, "3eZbrw1a"));
}

#[tokio::test]
async fn what_is_not_signed_rightly_is_unauthorized() {
    let console = Harness::with_app().await;
    deliver(&console, "{}", "another secret", 0)
        .await
        .assert_problem(401, "invalid_signature");
    deliver(&console, "{}", SIGNING_SECRET, 301)
        .await
        .assert_problem(401, "invalid_signature");
    deliver(&console, "{}", SIGNING_SECRET, -301)
        .await
        .assert_problem(401, "invalid_signature");
    let unsigned = request(Method::POST, EVENTS).body("{}".into()).unwrap();
    console.send(unsigned).await.assert_problem(401, "invalid_signature");
}

#[tokio::test]
async fn rightly_signed_nonsense_is_a_bad_request() {
    let console = Harness::with_app().await;
    deliver(&console, "not json", SIGNING_SECRET, 0)
        .await
        .assert_problem(400, "not_json");
    deliver(&console, "{\"type\":\"event_callback\"}", SIGNING_SECRET, 0)
        .await
        .assert_problem(400, "wrong_shape");
}

#[tokio::test]
async fn an_unknown_app_has_no_doors() {
    let console = Harness::new().await;
    deliver(&console, "{}", SIGNING_SECRET, 0)
        .await
        .assert_problem(404, "app_not_found");
    // A person follows these two: they get a page.
    for address in [
        "/slack/insectoid/install",
        "/slack/insectoid/oauth/callback?code=1&state=2",
    ] {
        let answer = console.get(address).await;
        assert_eq!(answer.status, 404);
        assert!(
            answer.text().contains("This app is not registered here"),
            "{}",
            answer.text()
        );
    }
    console
        .get("/slack/In.valid/install")
        .await
        .assert_problem(404, "not_found");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let console = Harness::with_app().await;
    let body = "x".repeat(1024 * 1024 + 1);
    deliver(&console, &body, SIGNING_SECRET, 0)
        .await
        .assert_problem(413, "body_too_large");
    console
        .post("/api/v1/session", &json!({ "name": body, "password": "" }))
        .await
        .assert_problem(413, "body_too_large");
}

#[tokio::test]
async fn deliveries_are_counted() {
    let console = Harness::with_app().await;
    deliver(&console, "{}", "another secret", 0).await;
    let metrics = console.get("/metrics").await;
    let count = metrics
        .text()
        .lines()
        .find(|line| line.starts_with("grantbook_events_unauthorized_total "));
    assert!(count.is_some_and(|line| !line.ends_with(" 0")), "{}", metrics.text());
}

#[tokio::test]
async fn an_event_is_acknowledged_with_an_empty_body_however_often_it_comes() {
    let console = Harness::with_app().await;
    let body = json!({
        "type": "event_callback", "token": "t", "team_id": "T061EG9R6", "api_app_id": "A0INSECT1",
        "event_id": "Ev0000001", "event_time": 1_795_299_990, "event": { "type": "app_uninstalled" },
    });
    for _ in 0..2 {
        let answer = deliver(&console, &body.to_string(), SIGNING_SECRET, 0).await;
        assert_eq!((answer.status, answer.text()), (StatusCode::OK, ""));
    }
    let metrics = console.get("/metrics").await;
    assert!(
        metrics.text().contains("grantbook_events_seconds_bucket"),
        "{}",
        metrics.text()
    );
}
