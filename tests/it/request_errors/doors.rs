//! Bad input at the interactions door: presses that come twice, late or from elsewhere, and payloads that were
//! made up. None of them asks Slack for anything that was not offered.

use std::time::Duration;

use axum::http::StatusCode;
use grantbook_core::request::{StateName, words};
use serde_json::{Value, json};

use super::{
    between::Letter,
    letters::trigger,
    stage::{Place, Stage, Way},
};
use crate::asking::until;

const SCOPES: &[&str] = &["commands"];

/// A changed press is taken, is nobody's, and nothing is asked. The code it is noted under.
async fn is_stray(stage: &Stage, place: &Place, letter: &Letter, code: &str) -> anyhow::Result<()> {
    let before = stage.calls(place);
    assert_eq!(stage.between.deliver(letter).await?, StatusCode::OK, "{code}");
    let stray = until(&format!("a stray {code}"), || async {
        stage.strays(place).await.into_iter().find(|stray| stray.code == code)
    })
    .await;
    assert_eq!(stray.sentence, words::explain_stray(code));
    assert!(
        !stray.sentence.starts_with("It belongs to no request"),
        "{code} has a sentence of its own"
    );
    assert_eq!(stage.calls(place), before, "{code}: nothing is asked");
    Ok(())
}

async fn untouched(stage: &Stage, id: grantbook_core::request::RequestId) {
    let story = stage.story(id).await;
    assert_eq!((story.request.state, story.request.presses), (StateName::Offered, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_that_arrives_twice_is_asked_once() -> anyhow::Result<()> {
    let stage = Stage::start(Way::Bent).await?;
    let place = stage.place().await?;
    let id = stage.offer(&place, SCOPES).await?;
    let letter = stage.press(&place, id).await;
    for _ in 0..3 {
        assert_eq!(stage.between.deliver(&letter).await?, StatusCode::OK);
    }
    let story = stage.reaches(id, StateName::Presented).await;
    assert_eq!((story.rounds.len(), story.request.presses), (1, 1));
    assert_eq!(stage.calls(&place), 1);
    stage.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_press_expires_and_the_next_one_is_asked() -> anyhow::Result<()> {
    let stage = Stage::start(Way::Bent).await?;
    let place = stage.place().await?;
    let id = stage.offer(&place, SCOPES).await?;
    let letter = stage.press(&place, id).await;
    stage.sim.clock().advance(Duration::from_secs(9));
    stage.between.deliver(&letter).await?;
    let story = stage.asked(id, 1).await;
    assert_eq!(story.request.state, StateName::Expired);
    assert_eq!(story.request.delay_ms.map(|ms| ms / 1_000), Some(9));
    stage.press_through(&place, id).await?;
    let story = stage.asked(id, 2).await;
    assert_eq!(
        (story.request.state, story.request.delay_ms),
        (StateName::Presented, None)
    );
    stage.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn another_apps_trigger_is_refused_and_opens_nothing() -> anyhow::Result<()> {
    let stage = Stage::start(Way::Bent).await?;
    let place = stage.place().await?;
    stage.install("standup-bot", &place).await?;
    let id = stage.offer(&place, SCOPES).await?;
    let letter = stage.press(&place, id).await;
    let world = stage.sim.world();
    let home = world
        .app_home(&"A0STANDUP".parse()?, &place.team, &place.user)
        .unwrap()
        .id
        .clone();
    let typed = json!({
        "action": "run_command", "team": place.team, "channel": home, "user": place.user,
        "command": "/permissions-standup-bot", "text": "",
    });
    let foreign = stage.act(typed).await["trigger_id"].clone();
    assert!(foreign.is_string(), "{foreign}");
    let letter = stage.changed(&letter, |payload| payload["trigger_id"] = foreign);
    stage.between.deliver(&letter).await?;
    let story = stage.asked(id, 1).await;
    assert_eq!(
        (story.request.state, story.request.code.as_deref()),
        (StateName::Failed, Some("invalid_trigger"))
    );
    assert!(stage.dialogs(&place).is_empty());
    stage.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_on_what_we_did_not_write_is_noted_and_asks_nothing() -> anyhow::Result<()> {
    let stage = Stage::start(Way::Bent).await?;
    let place = stage.place().await?;
    let id = stage.offer(&place, SCOPES).await?;
    let value = |payload: &Value| payload["actions"][0]["value"].as_str().unwrap().to_owned();

    let unknown = |payload: &mut Value| payload["callback_id"] = json!("orders_7");
    let letter = stage.press(&place, id).await;
    is_stray(&stage, &place, &stage.changed(&letter, unknown), "unknown_callback").await?;
    assert!(stage.told(&place).is_empty(), "the app's own code answers it");

    let more = |payload: &mut Value| {
        let changed = value(payload).replace("commands", "channels:history,commands");
        payload["actions"][0]["value"] = json!(changed);
    };
    let letter = stage.press(&place, id).await;
    is_stray(&stage, &place, &stage.changed(&letter, more), "forged_value").await?;
    let told = until("the person is told", || async { stage.told(&place).pop() }).await;
    assert!(told.contains(words::explain_stray("forged_value")), "{told}");

    let letter = stage.press(&place, id).await;
    let nameless = stage.changed(&letter, |payload| {
        payload["team"] = Value::Null;
        payload["enterprise"] = Value::Null;
    });
    is_stray(&stage, &place, &nameless, "no_workspace").await?;

    let letter = stage.press(&place, id).await;
    let bare = stage.changed(&letter, |payload| payload["trigger_id"] = Value::Null);
    is_stray(&stage, &place, &bare, "no_trigger").await?;
    untouched(&stage, id).await;
    stage.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_lifted_from_elsewhere_is_not_believed() -> anyhow::Result<()> {
    let stage = Stage::start(Way::Bent).await?;
    let (here, there) = (stage.place().await?, stage.place().await?);
    let (ours, theirs) = (stage.offer(&here, SCOPES).await?, stage.offer(&there, SCOPES).await?);
    let lifted = stage.press(&there, theirs).await;
    let mut parts = (Value::Null, Value::Null);
    stage.changed(&lifted, |payload| {
        parts = (payload["callback_id"].clone(), payload["actions"][0]["value"].clone());
    });
    let (callback, value) = parts;

    let letter = stage.press(&here, ours).await;
    let whole = stage.changed(&letter, |payload| {
        payload["callback_id"] = callback;
        payload["actions"][0]["value"] = value.clone();
    });
    is_stray(&stage, &here, &whole, "other_installation").await?;

    let letter = stage.press(&here, ours).await;
    let onto_ours = stage.changed(&letter, |payload| payload["actions"][0]["value"] = value);
    is_stray(&stage, &here, &onto_ours, "forged_value").await?;
    untouched(&stage, ours).await;
    untouched(&stage, theirs).await;
    stage.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_did_not_sign_or_nobody_can_read_is_turned_away() -> anyhow::Result<()> {
    let stage = Stage::start(Way::Bent).await?;
    let place = stage.place().await?;
    let id = stage.offer(&place, SCOPES).await?;
    let letter = stage.press(&place, id).await;
    let unsigned = Letter {
        body: [&letter.body[..], b"&more=1"].concat().into(),
        ..letter.clone()
    };
    assert_eq!(stage.between.deliver(&unsigned).await?, StatusCode::UNAUTHORIZED);
    for body in [
        "",
        "payload=",
        "payload=%7B",
        "payload=%7B%7D",
        "payload=%7B%22type%22%3A%22interactive_message%22%7D",
    ] {
        let status = stage.between.deliver(&stage.signed(&letter, body)).await?;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    }
    untouched(&stage, id).await;
    assert_eq!((stage.calls(&place), stage.strays(&place).await.len()), (0, 0));
    // The press itself is as good as ever.
    assert!(!trigger(&letter).is_empty());
    stage.between.deliver(&letter).await?;
    stage.reaches(id, StateName::Presented).await;
    // Ten minutes later it is a replay.
    stage.sim.clock().advance(Duration::from_secs(600));
    assert_eq!(stage.between.deliver(&letter).await?, StatusCode::UNAUTHORIZED);
    stage.end().await
}
