//! Whoever waits for a refresh whose process died: until its lease is over where there is time, and otherwise with the
//! truth about how long that takes.

use std::time::{Duration, Instant};

use grantbook_core::Timestamp;
use grantbook_flows::{
    broker::Broker,
    rotation::{Need, Rotation, TokenError},
};
use grantbook_simulator::RotationOutcome::Refreshed;
use grantbook_store::tokens::{Holder, Leased};

use super::scene::{Scene, Scheme};

/// How long a lease lasts, in seconds.
const LEASE: i64 = 30;

/// A token that has ended, and the lease of somebody who is no more. The clock goes on.
async fn abandoned(database: Option<String>) -> anyhow::Result<(Scene, grantbook_flows::House, Timestamp)> {
    let (scene, house) = Scene::installed(database, Scheme::Modern).await?;
    scene.turn_past_the_end();
    let now = scene.sim.clock().now();
    let lease = house
        .store
        .lease_refresh(&scene.key, &Holder::App, "the dead", now, LEASE)
        .await?;
    assert!(matches!(lease, Leased::Got { .. }), "{lease:?}");
    Ok((scene, house, now.plus_seconds(LEASE)))
}

async fn who_gives_up_knows_when_the_lease_is_over(database: Option<String>) -> anyhow::Result<()> {
    let (scene, house, end) = abandoned(database).await?;
    let rotation = Rotation::new(house.clone());
    let asked = Instant::now();
    let waiting = (0..20).map(|_| {
        let (rotation, key) = (rotation.clone(), scene.key.clone());
        tokio::spawn(async move {
            let patience = Duration::from_millis(300);
            rotation
                .token_within(&key, &Holder::App, &Need::Living(60), patience)
                .await
        })
    });
    for one in waiting.collect::<Vec<_>>() {
        match one.await? {
            Err(TokenError::Busy { until, .. }) => assert_eq!(until, end),
            other => panic!("{other:?}"),
        }
    }
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "they wait side by side: {:?}",
        asked.elapsed()
    );
    scene.turn(LEASE.unsigned_abs() + 1);
    assert_eq!(scene.token(&house).await?.generation, 2);
    Ok(())
}

on_both! {
    who_gives_up_knows_when_the_lease_is_over,
}

/// The broker's callers outlast the lease: thirty seconds by the clock on the wall.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_of_the_broker_outlasts_the_lease_of_the_dead() -> anyhow::Result<()> {
    let (scene, house, _) = abandoned(None).await?;
    let clock = scene.sim.clock().clone();
    let turning = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            clock.advance(Duration::from_millis(100));
        }
    });
    let asked = Instant::now();
    let brokered = Broker::new(house).token(&scene.key, &Holder::App, "key:4f2a").await?;
    turning.abort();
    let waited = asked.elapsed().as_secs();
    assert_eq!((brokered.generation, scene.count(Refreshed)), (2, 1));
    assert!((25..35).contains(&waited), "{waited} s");
    Ok(())
}
