//! Connections that Slack replaces, and connections that break: nothing is lost, and nothing counts twice.

use std::time::Duration;

use grantbook_simulator::{DeliveryState, DisconnectReason};
use grantbook_tests::{
    postgres::{Durability, Postgres},
    stage::{Stage, until},
};

use super::{
    SERVER,
    scene::{APP, WANTED, all_delivered, applied_once, behind_a_firewall, burst, connected, events},
};

const BURST: usize = 200;

/// Waits until so many events were delivered.
async fn delivered(stage: &Stage, count: usize) -> anyhow::Result<()> {
    until(&format!("{count} events are delivered"), async || {
        let events = events(stage);
        let done = events
            .iter()
            .filter(|event| event.state == DeliveryState::Delivered)
            .count();
        Ok((done >= count).then_some(()))
    })
    .await
}

async fn cut_without_warning(database: Option<String>) -> anyhow::Result<()> {
    let stage = behind_a_firewall(database).await?;
    let _server = stage.serve(&SERVER).await?;
    connected(&stage, WANTED).await?;
    stage.install().await?;
    all_delivered(&stage).await?;
    let before = events(&stage).len();
    burst(&stage, 0, BURST).await?;
    // In the middle: something was delivered, and much is under way.
    delivered(&stage, before + 1).await?;
    let done = || {
        events(&stage)
            .iter()
            .filter(|event| event.state == DeliveryState::Delivered)
            .count()
    };
    let at_the_cut = done();
    assert!(stage.sim.disconnect_sockets(APP, DisconnectReason::Cut) > 0);
    assert!(at_the_cut < before + BURST, "the cut came too late to prove anything");
    all_delivered(&stage).await?;
    let again = events(&stage).iter().filter(|event| event.attempts.len() > 1).count();
    applied_once(&stage, BURST).await?;
    connected(&stage, WANTED).await?;
    println!("{at_the_cut} delivered at the cut, {again} came again, {BURST} applied, each once");
    stage.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_is_applied_once_though_its_connections_are_cut_on_sqlite() -> anyhow::Result<()> {
    cut_without_warning(None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_is_applied_once_though_its_connections_are_cut_on_postgresql() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    cut_without_warning(Some(postgres.fresh_database()?)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_slack_replaces_lose_nothing() -> anyhow::Result<()> {
    let stage = behind_a_firewall(None).await?;
    let _server = stage.serve(&SERVER).await?;
    connected(&stage, WANTED).await?;
    stage.install().await?;
    all_delivered(&stage).await?;
    let ids = || {
        stage
            .sim
            .sockets()
            .into_iter()
            .map(|socket| socket.id)
            .collect::<Vec<_>>()
    };

    // Warned ten seconds before: the next ones stand before these close, so that nothing has to come again.
    let first = ids();
    assert_eq!(stage.sim.disconnect_sockets(APP, DisconnectReason::Warning), WANTED);
    burst(&stage, 0, 40).await?;
    until("the next connections stand beside the warned ones", async || {
        let fresh = ids().iter().filter(|id| !first.contains(id)).count();
        Ok((fresh == WANTED).then_some(()))
    })
    .await?;
    burst(&stage, 40, 80).await?;
    stage.sim.idle().await;
    stage.sim.clock().advance(Duration::from_secs(11));
    until("the warned ones have closed", async || {
        Ok(ids().iter().all(|id| !first.contains(id)).then_some(()))
    })
    .await?;
    burst(&stage, 80, 120).await?;
    all_delivered(&stage).await?;
    assert!(
        events(&stage).iter().all(|event| event.attempts.len() == 1),
        "none came again"
    );

    // Closed in the same moment, as every few hours: what was on its way comes again.
    let second = ids();
    burst(&stage, 120, 160).await?;
    stage.sim.disconnect_sockets(APP, DisconnectReason::RefreshRequested);
    burst(&stage, 160, 200).await?;
    all_delivered(&stage).await?;
    until("there are new ones", async || {
        let now = ids();
        Ok((now.len() == WANTED && now.iter().all(|id| !second.contains(id))).then_some(()))
    })
    .await?;
    applied_once(&stage, 200).await?;
    stage.sim.shutdown().await;
    Ok(())
}
