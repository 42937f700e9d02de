//! What time brings, by the simulator's clock: two replicas look at it at once.

use grantbook_core::{
    approval::life::{Happening, Outcome, State},
    view::approvals::DecisionWish,
};
use grantbook_flows::{
    House,
    approvals::{Settings, TimersDone, sweep_timers},
};
use grantbook_tests::{
    managing::approver,
    northwind::{CHANNEL, IZZY, KUDOS, MIKA, MINUTES, ORLA, TEAM},
};
use serde_json::{Value, json};

use super::scene::{Scene, words};
use crate::console::PASSWORD;

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

fn settings() -> Settings {
    Settings {
        channel: Some(CHANNEL.to_owned()),
        escalate_to: vec!["security".to_owned()],
        groups: [("security".to_owned(), vec![IZZY.to_owned()])].into(),
        expire_after_days: 5,
        ..Settings::default()
    }
}

async fn replica(scene: &Scene) -> anyhow::Result<House> {
    let other = scene.console.replica().await?;
    other.approvals.configure((*scene.house.approvals.settings()).clone());
    Ok(other)
}

/// Both look at the clock at once.
async fn look(scene: &Scene, other: &House) -> anyhow::Result<TimersDone> {
    let (a, b) = tokio::join!(sweep_timers(&scene.house), sweep_timers(other));
    let (a, b) = (a?, b?);
    scene.send().await;
    Ok(TimersDone {
        reminded: a.reminded + b.reminded,
        escalated: a.escalated + b.escalated,
        expired: a.expired + b.expired,
        noticed: a.noticed + b.noticed,
        ended: a.ended + b.ended,
    })
}

fn count(story: &[&'static str], what: &str) -> usize {
    story.iter().filter(|step| **step == what).count()
}

pub(super) async fn waiting(scene: Scene) -> anyhow::Result<()> {
    scene.settle(settings());
    let other = replica(&scene).await?;
    let one = scene.ask(KUDOS, MIKA, "for us").await?;
    let two = scene.ask(MINUTES, MIKA, "for us").await?;
    scene.send().await;
    assert_eq!(Box::pin(look(&scene, &other)).await?, TimersDone::default());
    scene.turn(DAY);
    let done = Box::pin(look(&scene, &other)).await?;
    assert_eq!((done.reminded, done.escalated), (2, 0));
    let messages = scene.channel();
    assert_eq!(messages.len(), 3, "both in one reminder");
    let text = words(&messages[2]);
    assert!(
        text.contains("🔔 2 requests for apps wait") && text.contains(&scene.console.at(&format!("queue/{two}"))),
        "{text}"
    );
    assert_eq!(Box::pin(look(&scene, &other)).await?, TimersDone::default());

    scene.turn(2 * DAY);
    let done = Box::pin(look(&scene, &other)).await?;
    assert_eq!((done.reminded, done.escalated), (2, 2));
    let calls: Vec<String> = scene
        .channel()
        .iter()
        .map(words)
        .filter(|text| text.contains("🚨"))
        .collect();
    assert_eq!(calls.len(), 1);
    assert!(
        calls[0].contains(&format!("<@{IZZY}>: 2 requests for apps wait for too long.")),
        "{calls:?}"
    );
    for id in [one, two] {
        let story = scene.story(id).await?;
        assert_eq!((count(&story, "reminded"), count(&story, "escalated")), (2, 1));
    }

    // What is decided is not reminded of any more.
    scene
        .queue
        .restrict(one, &approver("orla"), DecisionWish::default())
        .await?;
    scene.send().await;
    scene.turn(DAY);
    assert_eq!(Box::pin(look(&scene, &other)).await?.reminded, 1);
    scene.stop().await
}

pub(super) async fn expiry(scene: Scene) -> anyhow::Result<()> {
    scene.settle(settings());
    let other = replica(&scene).await?;
    let id = scene.ask(KUDOS, MIKA, "for us").await?;
    scene.send().await;
    scene.turn(5 * DAY);
    assert_eq!(Box::pin(look(&scene, &other)).await?.expired, 1);
    scene.read().await?;
    scene.send().await;
    let stored = scene.stored(id).await?;
    assert_eq!(
        (stored.state, stored.decided_by.as_deref()),
        (State::Cancelled, Some("timer"))
    );
    assert_eq!(count(&scene.story(id).await?, "decided"), 1);
    assert!(
        scene
            .sim
            .app_requests()
            .iter()
            .all(|request| json!(request.state) != json!("pending"))
    );
    let message = words(&scene.channel()[0]);
    assert!(
        message.contains("since nobody decided in time") && message.contains("> Nobody decided within 5 days."),
        "{message}"
    );
    let letter = words(&scene.told(MIKA)[0]);
    assert!(
        letter.contains("was closed without a decision") && letter.contains("You can ask for it again"),
        "{letter}"
    );
    scene.stop().await
}

/// A caller of the console's own API, signed in as Orla.
async fn extend(scene: &Scene, id: i64, days: u32) -> anyhow::Result<(u16, Value)> {
    let http = reqwest::Client::builder().cookie_store(true).no_proxy().build()?;
    let sign_in = json!({ "name": "orla", "password": PASSWORD });
    let session: Value = http
        .post(scene.console.at("api/v1/session"))
        .json(&sign_in)
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    let answer = http
        .post(scene.console.at(&format!("api/v1/app-requests/{id}/extend")))
        .header("X-CSRF-Token", session["csrf_token"].as_str().unwrap_or_default())
        .json(&json!({ "days": days }))
        .send()
        .await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

/// Calls that were to clear a resolution, and those of them that did.
fn calls(scene: &Scene) -> (usize, usize) {
    let calls = scene.sim.calls("admin.apps.clearResolution");
    (calls.len(), calls.iter().filter(|call| call.is_ok()).count())
}

pub(super) async fn boxed(scene: Scene) -> anyhow::Result<()> {
    let other = replica(&scene).await?;
    let id = scene.ask(KUDOS, MIKA, "for us").await?;
    let wish = DecisionWish {
        for_days: Some(10),
        ..DecisionWish::default()
    };
    scene.queue.approve(id, &approver("orla"), wish).await?;
    scene.send().await;
    scene.read().await?;
    assert_eq!(scene.stored(id).await?.state, State::Approved);
    assert_eq!(Box::pin(look(&scene, &other)).await?, TimersDone::default());

    scene.turn(9 * DAY);
    assert_eq!(Box::pin(look(&scene, &other)).await?.noticed, 1);
    assert_eq!(Box::pin(look(&scene, &other)).await?, TimersDone::default());
    let told: Vec<String> = scene.told(MIKA).iter().map(words).collect();
    assert!(
        told.last().unwrap().contains("for which you asked, ends on"),
        "{told:?}"
    );
    let text = words(scene.channel().last().unwrap());
    assert!(
        text.contains("ends by itself on") && text.contains("Extend it in the console"),
        "{text}"
    );

    let (status, problem) = extend(&scene, id, 0).await?;
    assert_eq!(
        (status, problem["code"].as_str()),
        (422, Some("wrong_days")),
        "{problem}"
    );
    let (status, problem) = extend(&scene, 9_999, 3).await?;
    assert_eq!(
        (status, problem["code"].as_str()),
        (404, Some("app_request_not_found")),
        "{problem}"
    );
    let (status, view) = extend(&scene, id, 20).await?;
    assert_eq!((status, view["id"].as_i64()), (200, Some(id)), "{view}");
    scene.turn(19 * DAY);
    let done = Box::pin(look(&scene, &other)).await?;
    assert_eq!(
        (done.noticed, done.ended),
        (0, 0),
        "twenty days more, and a day before the new end nothing yet"
    );
    scene.turn(2 * DAY - 2 * HOUR);
    assert_eq!(Box::pin(look(&scene, &other)).await?.noticed, 1);
    scene.turn(2 * HOUR);
    scene
        .sim
        .fault("admin.apps.clearResolution", grantbook_simulator::Fault::HalfBody, 1);
    let done = Box::pin(look(&scene, &other)).await?;
    assert!(done.ended >= 1, "{done:?}");
    scene.send().await;
    let standing = scene.stored(id).await?;
    let (enterprise, app) = (&standing.enterprise, &standing.request.app.id);
    let stands = scene
        .house
        .store
        .resolution(enterprise, app, standing.request.team.as_ref())
        .await?;
    assert_eq!(stands, None);
    let story = scene.story(id).await?;
    assert_eq!(
        (
            count(&story, "ended"),
            count(&story, "extended"),
            count(&story, "ending_soon")
        ),
        (1, 1, 2),
        "{story:?}"
    );
    let ended = Happening::Ended {
        how: "clear".to_owned(),
    };
    assert!(scene.steps(id).await?.contains(&ended));
    let lost = "the first answer was lost, and then there was nothing to clear";
    assert_eq!(calls(&scene), (2, 1), "{lost}");
    assert!(words(scene.told(MIKA).last().unwrap()).contains("has ended"));
    assert_eq!(Box::pin(look(&scene, &other)).await?, TimersDone::default());
    scene.read().await?;
    assert_eq!(Box::pin(look(&scene, &other)).await?, TimersDone::default());
    let (status, problem) = extend(&scene, id, 3).await?;
    assert_eq!(
        (status, problem["code"].as_str()),
        (409, Some("not_timed")),
        "{problem}"
    );
    let _ = (ORLA, TEAM, Outcome::Approved);
    scene.stop().await
}
