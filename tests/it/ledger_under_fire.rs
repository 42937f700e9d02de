//! Ten thousand signed events, a tenth of them duplicates, shuffled, over 32 connections: every
//! acknowledged `event_id` stands once in the ledger. The same with the server killed in the middle.
//!
//! The server is a process of its own, started from this very test binary, so that it can be killed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use grantbook_api::secret::SigningSecret;
use grantbook_core::AppId;
use grantbook_tests::{
    load::{self, Signed},
    postgres::{Durability, Postgres},
    site::{APP_ID, DOOR, SIGNING_SECRET, Site, now_seconds, teams},
};

const EVENTS: usize = 10_000;
const DUPLICATES: usize = 1_000;
const CONNECTIONS: usize = 32;
const TEAMS: usize = 20;
const SERVER: [&str; 4] = ["--exact", "ledger_under_fire::the_server", "--ignored", "--nocapture"];

/// Every event in the ledgers, with how often it stands there; checks chains and projections too.
async fn ledger(site: &Site) -> anyhow::Result<BTreeMap<String, usize>> {
    let store = site.store().await?;
    for checked in store.check_ledger(false).await? {
        ensure!(checked.sound(), "{checked:?}");
    }
    let mut found = BTreeMap::new();
    for (row, _) in store.installation_keys().await? {
        for entry in store.entries(row, None).await? {
            *found.entry(entry.draft.key.event_id).or_insert(0) += 1;
        }
    }
    found.retain(|id: &String, _| id.starts_with("EvLOAD"));
    store.close().await?;
    Ok(found)
}

/// A fixed shuffle (Fisher-Yates over a linear congruence): the same order in every run.
fn shuffle<T>(items: &mut [T]) {
    let mut state: u64 = 0x2545_f491_4f6c_dd1d;
    for upper in (1..items.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let at = usize::try_from(state >> 33).unwrap() % (upper + 1);
        items.swap(upper, at);
    }
}

fn requests() -> Arc<Vec<Signed>> {
    let (now, secret) = (now_seconds(), SigningSecret::new(SIGNING_SECRET));
    let unique = load::events(
        &AppId::new(APP_ID).unwrap(),
        &teams(TEAMS).unwrap(),
        EVENTS - DUPLICATES,
        now,
    );
    let mut all: Vec<_> = unique
        .iter()
        .chain(unique.iter().step_by(9).take(DUPLICATES))
        .cloned()
        .collect();
    assert_eq!(all.len(), EVENTS);
    shuffle(&mut all);
    Arc::new(
        all.into_iter()
            .map(|(id, body)| load::sign(&secret, id, body, now))
            .collect(),
    )
}

fn acknowledged(requests: &[Signed], answers: &[load::Answer]) -> BTreeSet<String> {
    answers
        .iter()
        .filter(|answer| answer.status == Some(200))
        .map(|answer| requests[answer.index].event_id.clone())
        .collect()
}

async fn every_event_once(database: Option<String>) -> anyhow::Result<()> {
    let site = Site::prepare(database, TEAMS).await?;
    let server = site.serve(&SERVER).await?;
    let requests = requests();
    let answers = load::post_all(site.address(), DOOR, Arc::clone(&requests), CONNECTIONS).await;
    let acknowledged = acknowledged(&requests, &answers);
    drop(server);
    let ledger = ledger(&site).await?;
    assert_eq!(answers.iter().filter(|a| a.status == Some(200)).count(), EVENTS);
    assert_eq!(acknowledged.len(), EVENTS - DUPLICATES);
    assert_eq!(ledger.keys().cloned().collect::<BTreeSet<_>>(), acknowledged);
    assert!(ledger.values().all(|times| *times == 1));
    println!(
        "{} events acknowledged, {} in the ledger, each once",
        answers.len(),
        ledger.len()
    );
    Ok(())
}

async fn nothing_lost_when_killed(database: Option<String>) -> anyhow::Result<()> {
    let site = Site::prepare(database, TEAMS).await?;
    let server = site.serve(&SERVER).await?;
    let requests = requests();
    let half = Arc::new(requests[..EVENTS / 2].to_vec());
    let sending = tokio::spawn(load::post_all(site.address(), DOOR, Arc::clone(&half), CONNECTIONS));
    let store = site.store().await?;
    let deadline = Instant::now() + Duration::from_secs(60);
    // Kill in the middle: when something is in the ledger and much is still to come.
    loop {
        let (row, _) = store.installation_keys().await?.first().cloned().context("installed")?;
        if store.entries(row, None).await?.len() > 40 {
            break;
        }
        ensure!(Instant::now() < deadline, "nothing arrived");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    server.kill()?;
    store.close().await?;
    let before = acknowledged(&half, &sending.await?);
    let in_ledger = ledger(&site).await?;
    for id in &before {
        assert_eq!(in_ledger.get(id), Some(&1), "{id} was acknowledged before the kill");
    }
    assert!(
        before.len() < EVENTS / 2 - DUPLICATES,
        "the kill came too late to prove anything"
    );
    // As Slack does: what was not acknowledged is sent again, and the rest follows.
    let server = site.serve(&SERVER).await?;
    let answers = load::post_all(site.address(), DOOR, Arc::clone(&requests), CONNECTIONS).await;
    drop(server);
    assert!(answers.iter().all(|answer| answer.status == Some(200)));
    let ledger = ledger(&site).await?;
    assert_eq!(ledger.len(), EVENTS - DUPLICATES);
    assert!(ledger.values().all(|times| *times == 1));
    println!(
        "{} acknowledged before the kill, {} in the ledger then; {} at the end, each once",
        before.len(),
        in_ledger.len(),
        ledger.len()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_shuffled_events_stand_once_each_on_sqlite() -> anyhow::Result<()> {
    every_event_once(None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_shuffled_events_stand_once_each_on_postgresql() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Full)?;
    every_event_once(Some(postgres.fresh_database()?)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled_by_a_kill_on_sqlite() -> anyhow::Result<()> {
    nothing_lost_when_killed(None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled_by_a_kill_on_postgresql() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Full)?;
    nothing_lost_when_killed(Some(postgres.fresh_database()?)).await
}

#[test]
#[ignore = "not a test: the process that the tests above start and kill"]
fn the_server() {
    let _ = grantbook_server::cli::main_of(["grantbook", "serve"]);
}
