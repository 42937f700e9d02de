//! A database that takes nothing: what cannot be stored is not acknowledged, comes again, and counts once; a
//! press does not wait for it.

use std::time::{Duration, Instant};

use grantbook_core::request::StateName;
use grantbook_simulator::DeliveryState;
use grantbook_tests::{
    postgres::{Durability, Postgres},
    slow::Held,
    stage::{IZZY, METHOD, until},
};

use super::{
    SERVER,
    scene::{WANTED, all_delivered, applied_once, behind_a_firewall, burst, connected, events},
};

const EVENTS: usize = 4;
/// How long a lease lasts.
const LEASE: Duration = Duration::from_secs(15);

async fn not_acknowledged_before_it_is_stored(database: Option<String>) -> anyhow::Result<()> {
    let stage = behind_a_firewall(database).await?;
    let _server = stage.serve(&SERVER).await?;
    connected(&stage, WANTED).await?;
    stage.install().await?;
    all_delivered(&stage).await?;
    let before = events(&stage).len();
    let acknowledged = || {
        stage
            .sim
            .sockets()
            .iter()
            .map(|socket| socket.acknowledged)
            .sum::<u64>()
    };
    let known = acknowledged();

    let held = Held::every_table(&stage.database).await?;
    burst(&stage, 0, EVENTS).await?;
    until("Slack has tried twice in vain", async || {
        let waiting = |state| matches!(state, DeliveryState::Waiting { .. });
        let events = events(&stage);
        Ok(events[before..].iter().all(|event| waiting(event.state)).then_some(()))
    })
    .await?;
    assert_eq!(acknowledged(), known, "nothing is acknowledged that is not stored");
    assert!(events(&stage)[before..].iter().all(|event| event.attempts.len() == 2));
    held.release().await?;

    all_delivered(&stage).await?;
    assert!(
        events(&stage)[before..].iter().all(|event| event.attempts.len() > 2),
        "they came again"
    );
    applied_once(&stage, EVENTS).await?;
    stage.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_stored_comes_again_on_sqlite() -> anyhow::Result<()> {
    not_acknowledged_before_it_is_stored(None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_stored_comes_again_on_postgresql() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    not_acknowledged_before_it_is_stored(Some(postgres.fresh_database()?)).await
}

async fn a_press_does_not_wait(database: Option<String>) -> anyhow::Result<()> {
    let stage = behind_a_firewall(database).await?;
    let _server = stage.serve(&SERVER).await?;
    connected(&stage, WANTED).await?;
    stage.install().await?;
    let button = stage.offer(1).await?.remove(0);
    all_delivered(&stage).await?;
    let held = Held::every_table(&stage.database).await?;
    // Events that nobody can store are in front of it.
    burst(&stage, 0, EVENTS).await?;
    stage.press(&button, &IZZY.parse()?).await?;
    stage.spent(1).await?;
    until("the press is acknowledged", async || {
        let press = stage.sim.deliveries().into_iter().find(|sent| sent.once);
        Ok(press.filter(|press| press.state == DeliveryState::Delivered))
    })
    .await?;
    held.release().await?;
    stage.reaches(button.request, StateName::Presented).await?;
    assert_eq!(stage.sim.calls(METHOD).len(), 1);
    all_delivered(&stage).await?;
    applied_once(&stage, EVENTS).await?;
    stage.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_does_not_wait_for_storage_on_sqlite() -> anyhow::Result<()> {
    a_press_does_not_wait(None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_does_not_wait_for_storage_on_postgresql() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    a_press_does_not_wait(Some(postgres.fresh_database()?)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_whose_leases_cannot_be_renewed_are_closed_before_others_may_take_them() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    let stage = behind_a_firewall(Some(postgres.fresh_database()?)).await?;
    let _server = stage.serve(&SERVER).await?;
    connected(&stage, WANTED).await?;
    let since = Instant::now();
    let held = Held::every_table(&stage.database).await?;
    connected(&stage, 0).await?;
    assert!(since.elapsed() < LEASE, "closed after {:?}", since.elapsed());
    held.release().await?;
    connected(&stage, WANTED).await?;
    stage.install().await?;
    burst(&stage, 0, EVENTS).await?;
    all_delivered(&stage).await?;
    applied_once(&stage, EVENTS).await?;
    stage.sim.shutdown().await;
    Ok(())
}
