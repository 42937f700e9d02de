//! When it is compared: spread over the hours, once over all replicas, and not while Slack wants to be left alone.

use grantbook_flows::drift::{Drift, schedule};
use grantbook_simulator::Fault;

use super::scene::{ATLAS, CHANNEL, DESIGN, LABS, OTHER, Scene, TEAM, key};

/// Seconds of the schedule in these tests, and a tenth more.
const HOURS: u32 = 6;
const A_TURN: u64 = 6 * 3600 * 11 / 10 + 60;

async fn everywhere(scene: &Scene) -> anyhow::Result<()> {
    for team in [TEAM, DESIGN, LABS] {
        scene.install_atlas(team, &[]).await?;
    }
    Ok(())
}

async fn each_installation_is_compared_once_in_its_hours(database: Option<String>) -> anyhow::Result<()> {
    let scene = Scene::new(database).await?;
    everywhere(&scene).await?;
    let asked = || scene.sim.calls("auth.test").len();
    let before = asked();
    assert_eq!(
        schedule::sweep(&scene.house).await?,
        0,
        "without a schedule nothing is due"
    );
    scene.turn(A_TURN);
    assert_eq!((schedule::sweep(&scene.house).await?, asked()), (0, before));

    scene.house.drift.compare_every(HOURS);
    schedule::sweep(&scene.house).await?;
    scene.turn(A_TURN);
    let replica = scene.replica().await?;
    replica.drift.compare_every(HOURS);
    let (one, two) = tokio::join!(schedule::sweep(&scene.house), schedule::sweep(&replica));
    let first_round = asked() - before;
    assert_eq!(
        (one? + two?, first_round >= 3),
        (first_round.min(3), true),
        "no turn is taken twice"
    );
    assert_eq!(schedule::sweep(&scene.house).await?, 0, "until the next turn");
    let at = asked();
    scene.turn(A_TURN);
    assert_eq!((schedule::sweep(&scene.house).await?, asked() - at), (3, 3));
    let summary = Drift::new(scene.house.clone()).summary().await?;
    assert_eq!((summary.checked, summary.never_checked, summary.open), (3, 0, 0));
    assert!(summary.next_run > summary.last_run);
    Ok(())
}

async fn a_run_compares_all_and_tells_how_far_it_is(database: Option<String>) -> anyhow::Result<()> {
    let scene = Scene::new(database).await?;
    everywhere(&scene).await?;
    scene.add_to(ATLAS, TEAM, CHANNEL).await?;
    scene.remove_scope(ATLAS, DESIGN, "files:read").await?;
    scene.turn(60);
    let drift = Drift::new(scene.house.clone());
    let begun = drift.start_run("user:admin").await?;
    assert_eq!((begun.done, begun.total, begun.finished_at), (0, 3, None));
    let again = drift.start_run("key:other").await?;
    assert_eq!(again.started_at, begun.started_at, "the same run");
    assert_eq!(schedule::sweep(&scene.house).await?, 3);
    let ended = drift.run().await?;
    assert_eq!((ended.done, ended.total, ended.failed), (3, 3, 0));
    assert!(ended.finished_at.is_some());
    let closed = scene.closed().await?;
    assert_eq!(closed.len(), 2, "{closed:?}");
    assert!(
        closed
            .iter()
            .all(|drift| drift.closed_by.as_deref() == Some("user:admin"))
    );
    for team in [TEAM, DESIGN, LABS] {
        scene.same_as_slack(&key(ATLAS, team)).await?;
    }
    scene.verify().await?;

    scene.turn(60);
    drift.start_run("user:admin").await?;
    schedule::sweep(&scene.house).await?;
    assert_eq!(scene.closed().await?.len(), 2, "the second run finds nothing");
    Ok(())
}

async fn a_429_in_the_middle_stops_the_run_until_slack_is_ready(database: Option<String>) -> anyhow::Result<()> {
    let scene = Scene::new(database).await?;
    everywhere(&scene).await?;
    scene.add_to(ATLAS, TEAM, OTHER).await?;
    scene.turn(60);
    let drift = Drift::new(scene.house.clone());
    drift.start_run("user:admin").await?;
    scene
        .sim
        .fault("users.conversations", Fault::RateLimited { retry_after: 300 }, 1);
    let compared = schedule::sweep(&scene.house).await?;
    assert!(compared < 3, "{compared} were compared");
    let waiting = drift.run().await?;
    assert_eq!((waiting.done, waiting.finished_at), (u64::try_from(compared)?, None));
    let until = waiting.waits_until.unwrap();
    assert_eq!(until, scene.sim.clock().now().plus_seconds(300));
    let calls = scene.sim.all_calls().len();
    assert_eq!(schedule::sweep(&scene.house).await?, 0);
    assert_eq!(scene.sim.all_calls().len(), calls, "Slack is left alone");

    scene.turn(301);
    // The client keeps away by the machine's clock, which nobody turns: a process of its own knows nothing of it.
    let replica = scene.replica().await?;
    assert_eq!(schedule::sweep(&replica).await?, 3 - compared);
    let ended = drift.run().await?;
    assert_eq!((ended.done, ended.failed, ended.finished_at.is_some()), (3, 0, true));
    scene.same_as_slack(&key(ATLAS, TEAM)).await?;
    Ok(())
}

on_both!(
    each_installation_is_compared_once_in_its_hours,
    a_run_compares_all_and_tells_how_far_it_is,
    a_429_in_the_middle_stops_the_run_until_slack_is_ready,
);
