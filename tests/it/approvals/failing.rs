//! What becomes of decisions where Slack fails, refuses or loses its answer.

use std::time::Duration;

use grantbook_core::{
    approval::life::{Happening, State},
    view::approvals::DecisionWish,
};
use grantbook_simulator::Fault;
use grantbook_tests::{
    managing::approver,
    northwind::{IZZY, KUDOS, MIKA, MINUTES, ORLA, POLLS, TEAM},
};
use serde_json::json;

use super::scene::Scene;

/// Slack approves, restricts and dismisses, and none of the answers arrives.
pub(super) async fn lost_answers(scene: Scene) -> anyhow::Result<()> {
    let numbers = [
        scene.ask(KUDOS, Some(TEAM), MIKA).await?,
        scene.ask(POLLS, Some(TEAM), MIKA).await?,
        scene.ask(MINUTES, Some(TEAM), MIKA).await?,
    ];
    scene.read().await?;
    let ids = [
        scene.stored(&numbers[0]).await?.id,
        scene.stored(&numbers[1]).await?.id,
        scene.stored(&numbers[2]).await?.id,
    ];
    for method in [
        "admin.apps.approve",
        "admin.apps.restrict",
        "admin.apps.requests.cancel",
    ] {
        scene.sim.fault(method, Fault::LostAnswer, 1);
    }
    let orla = approver("orla");
    scene.queue.approve(ids[0], &orla, DecisionWish::default()).await?;
    scene.queue.restrict(ids[1], &orla, DecisionWish::default()).await?;
    scene.queue.cancel(ids[2], &orla, DecisionWish::default()).await?;
    scene.send().await?;
    for (number, at_slack) in numbers.iter().zip(["approved", "restricted", "cancelled"]) {
        assert_eq!(scene.at_slack(number), json!(at_slack));
        assert_eq!(scene.stored(number).await?.state, State::Deciding, "{number}");
    }
    scene.turn(30);
    scene.send().await?;
    scene.read().await?;
    for number in &numbers {
        let stored = scene.stored(number).await?;
        assert!(stored.state.is_settled() && stored.seen_at.is_some(), "{stored:?}");
        assert_eq!(stored.decided_by.as_deref(), Some("user:orla"));
        let steps = scene.steps(number).await?;
        let code = steps.iter().find_map(|step| match step {
            Happening::Acknowledged { code, .. } => code.as_deref(),
            _ => None,
        });
        assert_eq!(code, Some("request_already_resolved"), "{steps:?}");
    }
    Ok(())
}

/// Slack says no for good: the request waits for a person again, with the code, and can be decided otherwise.
pub(super) async fn refused(scene: Scene) -> anyhow::Result<()> {
    let number = scene.ask(KUDOS, Some(TEAM), MIKA).await?;
    scene.read().await?;
    let id = scene.stored(&number).await?.id;
    let orla = approver("orla");
    scene.sim.fault(
        "admin.apps.approve",
        Fault::Error {
            error: "app_restricted_org_wide".into(),
        },
        1,
    );
    scene.queue.approve(id, &orla, DecisionWish::default()).await?;
    scene.send().await?;
    let stored = scene.stored(&number).await?;
    assert_eq!(
        (stored.state, stored.problem.as_deref()),
        (State::Open, Some("app_restricted_org_wide"))
    );
    scene
        .act(json!({"action": "org_admin", "user": IZZY, "admin": false}))
        .await?;
    scene.queue.restrict(id, &orla, DecisionWish::default()).await?;
    scene.send().await?;
    let stored = scene.stored(&number).await?;
    assert_eq!(
        (stored.state, stored.problem.as_deref()),
        (State::Open, Some("not_an_admin"))
    );
    scene.read().await?;
    assert_eq!(scene.house.store.count_open_app_alarms().await?, 1);
    scene
        .act(json!({"action": "org_admin", "user": IZZY, "admin": true}))
        .await?;
    scene.read().await?;
    assert_eq!(scene.house.store.count_open_app_alarms().await?, 0);
    // Faults that pass are waited out.
    for fault in [
        Fault::Drop,
        Fault::Html { status: 502 },
        Fault::RateLimited { retry_after: 1 },
        Fault::HalfBody,
    ] {
        scene.sim.fault("admin.apps.requests.cancel", fault, 1);
    }
    scene.queue.cancel(id, &orla, DecisionWish::default()).await?;
    for _ in 0..10 {
        scene.turn(700);
        scene.send().await?;
        // What Slack asks to wait for, the client waits for by the machine's clock.
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    scene.read().await?;
    let stored = scene.stored(&number).await?;
    assert_eq!((stored.state, stored.problem), (State::Cancelled, None));
    assert!(stored.seen_at.is_some());
    assert_eq!(stored.decisions, 3);
    // Decided here and in Slack at once, differently: Slack's own is what counts, and the story says so.
    scene.turn(60);
    let number = scene.ask(POLLS, Some(TEAM), MIKA).await?;
    scene.read().await?;
    let id = scene.stored(&number).await?.id;
    scene.queue.approve(id, &orla, DecisionWish::default()).await?;
    scene
        .act(json!({"action": "resolve_app", "app": POLLS, "team": TEAM, "user": ORLA, "resolution": "restricted"}))
        .await?;
    scene.send().await?;
    let stored = scene.stored(&number).await?;
    assert_eq!(stored.state, State::Restricted);
    let story = scene.story(&number).await?;
    assert_eq!(story[story.len() - 3..], ["decided", "noticed", "told"], "{story:?}");
    Ok(())
}
