//! Slack's bad days: answers that are late, broken or none. Each ends in a named state with a sentence, and
//! an answer of the person counts whenever it comes.

use std::time::Duration;

use grantbook_core::{
    request::{StateName, words},
    view::requests::RequestStory,
};
use grantbook_simulator::{Answer, Fault};
use serde_json::json;

use super::stage::{Place, Stage, Way};

const REQUEST: &str = "apps.permissions.request";
const USERS_REQUEST: &str = "apps.permissions.users.request";
const APP: &[&str] = &["commands"];
const PERSONAL: &[&str] = &["reminders:write:user"];

/// A way to go wrong, and what the console makes of it.
struct Day {
    what: &'static str,
    fault: Fault,
    /// The code kept; one of several where it depends on the moment at which the connection broke.
    codes: &'static [&'static str],
    /// `refused` where nothing can have happened, `lost` where nobody knows.
    outcome: &'static str,
}

fn days() -> Vec<Day> {
    let day = |what, fault, codes, outcome| Day {
        what,
        fault,
        codes,
        outcome,
    };
    vec![
        day(
            "a page instead of JSON",
            Fault::Html { status: 200 },
            &["answer_not_json"],
            "lost",
        ),
        day("a page with 500", Fault::Html { status: 500 }, &["http_500"], "lost"),
        day("a page with 502", Fault::Html { status: 502 }, &["http_502"], "lost"),
        day("a page with 404", Fault::Html { status: 404 }, &["http_404"], "refused"),
        day("half an answer", Fault::HalfBody, &["answer_cut_short"], "lost"),
        day(
            "no answer at all",
            Fault::Drop,
            &["connection_closed", "answer_cut_short"],
            "lost",
        ),
        day(
            "429 and Retry-After",
            Fault::RateLimited { retry_after: 30 },
            &["ratelimited"],
            "refused",
        ),
    ]
}

async fn played(stage: &Stage, place: &Place, day: &Day, scopes: &[&str]) -> anyhow::Result<RequestStory> {
    let method = if scopes == APP { REQUEST } else { USERS_REQUEST };
    let id = stage.offer(place, scopes).await?;
    let letter = stage.press(place, id).await;
    stage.sim.fault(method, day.fault.clone(), 1);
    stage.between.deliver(&letter).await?;
    let story = stage.asked(id, 1).await;
    let (request, round) = (&story.request, &story.rounds[0]);
    let code = request.code.clone().unwrap_or_default();
    assert!(day.codes.contains(&code.as_str()), "{}: {request:?}", day.what);
    assert_eq!(
        (request.state, round.outcome.as_deref()),
        (StateName::Failed, Some(day.outcome)),
        "{}",
        day.what
    );
    assert_eq!(request.sentence, words::explain(&code));
    assert!(words::is_explained(&code) || code.starts_with("http_"), "{code}");
    let calls = stage.sim.calls(method);
    let ours = calls.iter().filter(|call| call.fault.is_some()).count();
    assert!(ours > 0, "{}", day.what);
    Ok(story)
}

/// The person answers: in the dialog that opened all the same, or, where this simulator showed none, as a
/// Slack that did would tell.
async fn answered_late(stage: &Stage, place: &Place, story: &RequestStory, scopes: &[&str]) -> anyhow::Result<()> {
    stage.sim.clock().advance(Duration::from_secs(20));
    if stage.dialogs(place).is_empty() {
        let round = &story.rounds[0].round;
        let event = if scopes == APP {
            json!({ "type": "scope_granted", "scopes": scopes, "trigger_id": round })
        } else {
            json!({ "type": "user_resource_granted", "user": place.user, "scopes": scopes, "trigger_id": round })
        };
        stage.tell(place, &format!("EvLATE{}", story.request.id), event).await?;
    } else {
        stage.answer(place, Answer::Allow).await;
    }
    let story = stage.reaches(story.request.id, StateName::Granted).await;
    assert_eq!(story.request.granted.len(), scopes.len());
    assert_eq!(story.request.code, None);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_none_has_a_state_and_a_sentence_and_a_late_one_counts() -> anyhow::Result<()> {
    let stage = Stage::start(Way::Straight).await?;
    for (scopes, kind) in [(APP, "app"), (PERSONAL, "personal")] {
        for day in days() {
            let place = stage.place().await?;
            let story = played(&stage, &place, &day, scopes).await?;
            println!(
                "{:26} {kind:9} {:62} {:10} {}",
                story.request.code.as_deref().unwrap_or_default(),
                day.what,
                story.request.state.as_str(),
                story.request.sentence
            );
            if day.outcome == "lost" {
                answered_late(&stage, &place, &story, scopes).await?;
            } else {
                assert!(stage.dialogs(&place).is_empty(), "{}", day.what);
            }
        }
    }
    stage.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_not_answered_in_time_may_still_have_opened_the_dialog() -> anyhow::Result<()> {
    let stage = Stage::start(Way::Straight).await?;
    let place = stage.place().await?;
    let id = stage.offer(&place, APP).await?;
    let letter = stage.press(&place, id).await;
    // The console waits ten seconds.
    stage.sim.fault(REQUEST, Fault::DelayMs { delay_ms: 12_000 }, 1);
    stage.between.deliver(&letter).await?;
    // Meanwhile the press is on record.
    stage.reaches(id, StateName::Triggered).await;
    tokio::time::sleep(Duration::from_secs(9)).await;
    let story = stage.asked(id, 1).await;
    assert_eq!(story.request.state, StateName::Failed);
    assert_eq!(story.request.code.as_deref(), Some("no_answer_in_time"));
    assert_eq!(story.request.sentence, words::explain("no_answer_in_time"));
    answered_late(&stage, &place, &story, APP).await?;
    stage.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failure_the_same_button_works() -> anyhow::Result<()> {
    let stage = Stage::start(Way::Straight).await?;
    let place = stage.place().await?;
    let day = Day {
        what: "an outage",
        fault: Fault::Error {
            error: grantbook_api::ErrorCode::ServiceUnavailable,
        },
        codes: &["service_unavailable"],
        outcome: "lost",
    };
    let id = played(&stage, &place, &day, APP).await?.request.id;
    stage.press_through(&place, id).await?;
    let story = stage.asked(id, 2).await;
    assert_eq!(story.request.state, StateName::Presented);
    stage.answer(&place, Answer::Deny).await;
    let story = stage.reaches(id, StateName::Denied).await;
    assert_eq!((story.request.presses, story.request.code), (2, None));
    stage.end().await
}
