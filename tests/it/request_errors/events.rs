//! Answers that come in the wrong order, twice, never, or to nobody's question.

use std::{collections::BTreeMap, time::Duration};

use axum::http::StatusCode;
use grantbook_core::{
    request::{RequestId, StateName},
    view::{
        Page,
        requests::{RequestStory, RequestView},
    },
};
use grantbook_simulator::Answer;
use serde_json::json;

use super::{
    between::Letter,
    stage::{Place, Stage, Way},
};
use crate::asking::until;

const SCOPES: &[&str] = &["commands"];

/// A request whose dialog was answered with yes, its two events held back.
async fn allowed(stage: &Stage, place: &Place) -> anyhow::Result<(RequestId, [Letter; 2])> {
    let id = stage.offer(place, SCOPES).await?;
    stage.press_through(place, id).await?;
    stage.reaches(id, StateName::Presented).await;
    stage.between.hold_events(true);
    stage.answer(place, Answer::Allow).await;
    let mut events = [stage.between.event().await, stage.between.event().await];
    // They are sent side by side.
    if !events[0].body.windows(13).any(|part| part == b"scope_granted") {
        events.swap(0, 1);
    }
    stage.between.hold_events(false);
    Ok((id, events))
}

async fn complete(stage: &Stage, id: RequestId) -> RequestStory {
    stage
        .until(id, "both entries are in the story", |story| {
            story.request.state == StateName::Granted && story.entries.len() == 2
        })
        .await
}

fn kinds(story: &RequestStory) -> Vec<&str> {
    let mut kinds: Vec<&str> = story.entries.iter().map(|entry| entry.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds
}

#[tokio::test(flavor = "multi_thread")]
async fn events_in_the_wrong_order_or_twice_grant_the_same_once() -> anyhow::Result<()> {
    let stage = Stage::start(Way::Bent).await?;
    let mut ends = Vec::new();
    for order in [&[0, 1][..], &[1, 0], &[1, 1, 0, 0, 1], &[0, 0, 1, 1]] {
        let place = stage.place().await?;
        let (id, events) = allowed(&stage, &place).await?;
        for which in order {
            assert_eq!(stage.between.deliver(&events[*which]).await?, StatusCode::OK);
            if order == [1, 0] && *which == 1 {
                // What was added does not say why: that is known when the other one arrives.
                until("the addition is in the ledger", || async {
                    let ledger = stage.ledger(&place).await;
                    ledger
                        .iter()
                        .any(|entry| {
                            entry.kind == "resources_added"
                                && entry.scopes.iter().any(|scope| scope.as_str() == "commands")
                        })
                        .then_some(())
                })
                .await;
                assert_eq!(stage.story(id).await.request.state, StateName::Presented);
            }
        }
        let story = complete(&stage, id).await;
        assert_eq!(kinds(&story), ["resources_added", "scope_granted"], "{order:?}");
        let ledger = stage.ledger(&place).await;
        assert_eq!(
            ledger.iter().filter(|entry| entry.kind == "scope_granted").count(),
            1,
            "{order:?}"
        );
        let mut sequence: Vec<u64> = ledger.iter().map(|entry| entry.seq).collect();
        sequence.sort_unstable();
        assert_eq!(sequence, (1..=sequence.len() as u64).collect::<Vec<_>>());
        let grants = stage.console.house.store.grants(&place.key).await?.unwrap();
        let scopes: Vec<_> = grants.scopes.values().map(BTreeMap::len).collect();
        ends.push((
            ledger.len(),
            scopes,
            story
                .changes
                .iter()
                .map(|change| (change.granted, change.resources))
                .collect::<Vec<_>>(),
        ));
    }
    assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{ends:?}");
    stage.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_comes_leaves_the_request_unanswered_until_it_does() -> anyhow::Result<()> {
    let mut stage = Stage::start(Way::Bent).await?;
    let place = stage.place().await?;
    let (id, events) = allowed(&stage, &place).await?;
    assert_eq!(stage.story(id).await.request.state, StateName::Presented);
    stage.sim.clock().advance(Duration::from_secs(11 * 60));
    stage.restart_jobs();
    let story = stage.reaches(id, StateName::Unanswered).await;
    assert!(
        story
            .request
            .sentence
            .contains("An answer that still comes will count.")
    );
    // Slack's retry, signed anew.
    for event in &events {
        let retry = stage.signed(event, event.body.clone());
        assert_eq!(stage.between.deliver(&retry).await?, StatusCode::OK);
    }
    assert_eq!(kinds(&complete(&stage, id).await), ["resources_added", "scope_granted"]);
    stage.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_nobodys_question_is_in_the_ledger_and_changes_no_request() -> anyhow::Result<()> {
    let stage = Stage::start(Way::Bent).await?;
    let place = stage.place().await?;
    let id = stage.offer(&place, SCOPES).await?;
    let strange = "11820576016.6048553856.093b9205636ddbfc180e1e74d33e9af6";
    let event = json!({ "type": "scope_granted", "scopes": SCOPES, "trigger_id": strange });
    assert_eq!(stage.tell(&place, "EvSTRANGE1", event).await?, StatusCode::OK);
    let event = json!({ "type": "scope_denied", "scopes": ["users:read"], "trigger_id": strange });
    assert_eq!(stage.tell(&place, "EvSTRANGE2", event).await?, StatusCode::OK);
    let entries = until("both are in the ledger", || async {
        let mut ledger = stage.ledger(&place).await;
        ledger.retain(|entry| entry.event_id.starts_with("EvSTRANGE"));
        (ledger.len() == 2).then_some(ledger)
    })
    .await;
    assert!(entries.iter().all(|entry| entry.request.is_none()));
    let requests: Page<RequestView> = stage.get("permission-requests").await;
    let states: Vec<_> = requests
        .items
        .iter()
        .map(|request| (request.id, request.state))
        .collect();
    assert_eq!(states, [(id, StateName::Offered)]);
    assert!(
        stage.strays(&place).await.is_empty(),
        "a stray is a press, not an answer"
    );
    stage.end().await
}
