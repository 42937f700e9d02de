//! Signed deliveries: order, retries by the turned clock, and when they stop.

use std::time::Duration;

use grantbook_api::events::{Delivery, Event};
use serde_json::json;

use super::harness::{CHANNEL, Harness};
use crate::DeliveryState;

#[tokio::test]
async fn a_failed_delivery_is_tried_again_at_once_and_after_one_and_five_minutes() {
    let slack = Harness::start().await;
    slack.install("chat:write", &[]).await;
    slack.sim.idle().await;
    let before = slack.seen().len();
    slack.answer_with(&[(500, false), (503, false), (404, false), (200, false)]);
    slack.act(json!({"action": "add_resource", "resource": CHANNEL})).await;
    slack.sim.idle().await;
    assert_eq!(slack.seen().len() - before, 2, "the first try and the retry at once");
    slack.sim.clock().advance(Duration::from_secs(30));
    slack.sim.idle().await;
    assert_eq!(slack.seen().len() - before, 2);
    slack.sim.clock().advance(Duration::from_secs(31));
    slack.sim.idle().await;
    assert_eq!(slack.seen().len() - before, 3);
    slack.sim.clock().advance(Duration::from_secs(301));
    slack.sim.idle().await;
    let seen = slack.seen().split_off(before);
    let retries: Vec<_> = seen.iter().map(|seen| seen.retry.clone()).collect();
    let reason = |number: &str| Some((number.to_owned(), "http_error".to_owned()));
    assert_eq!(retries, [None, reason("1"), reason("2"), reason("3")]);
    assert!(seen.iter().all(|one| one.body["event_id"] == seen[0].body["event_id"]));
    let delivery = slack.sim.deliveries().pop().unwrap();
    assert_eq!((delivery.state, delivery.attempts.len()), (DeliveryState::Delivered, 4));
    assert!(delivery.body.get("token").is_none() && seen[0].body.get("token").is_some());
}

#[tokio::test]
async fn an_app_that_wants_no_retry_gets_none_and_the_fourth_failure_is_the_last() {
    let slack = Harness::start().await;
    slack.install("chat:write", &[]).await;
    slack.sim.idle().await;
    slack.answer_with(&[(500, true)]);
    slack.act(json!({"action": "add_resource", "resource": CHANNEL})).await;
    slack.sim.idle().await;
    let delivery = slack.sim.deliveries().pop().unwrap();
    assert_eq!((delivery.state, delivery.attempts.len()), (DeliveryState::GaveUp, 1));

    slack.answer_with(&[(500, false); 4]);
    slack
        .act(json!({"action": "remove_resource", "resource": CHANNEL}))
        .await;
    for _ in 0..2 {
        slack.sim.idle().await;
        slack.sim.clock().advance(Duration::from_secs(300));
    }
    slack.sim.idle().await;
    let delivery = slack.sim.deliveries().pop().unwrap();
    assert_eq!((delivery.state, delivery.attempts.len()), (DeliveryState::GaveUp, 4));
}

#[tokio::test]
async fn what_is_delivered_the_client_reads() {
    let slack = Harness::start().await;
    slack.install("chat:write", &[("wildcard", "channel")]).await;
    slack
        .act(json!({"action": "grant_scope", "scopes": ["channels:history"]}))
        .await;
    slack.act(json!({"action": "exclude", "resource": CHANNEL})).await;
    slack.act(json!({"action": "revoke_tokens"})).await;
    slack.act(json!({"action": "uninstall"})).await;
    slack.sim.idle().await;
    let mut kinds = Vec::new();
    for seen in slack.seen() {
        let Ok(Delivery::EventCallback(envelope)) = Delivery::parse(seen.body.to_string().as_bytes()) else {
            panic!("{}", seen.body)
        };
        assert!(!matches!(envelope.event, Event::Unknown { .. }));
        kinds.push(envelope.event.kind().to_owned());
    }
    kinds.sort();
    let expected = [
        "app_uninstalled",
        "resources_added",
        "resources_added",
        "resources_removed",
        "scope_granted",
        "tokens_revoked",
    ];
    assert_eq!(kinds, expected);
}
