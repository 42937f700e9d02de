//! Who is told of what.

use std::time::Duration;

use anyhow::Context as _;
use grantbook_core::{
    InstallationKey,
    view::{Role, StreamEvent},
};
use grantbook_flows::keys::Keys;
use grantbook_store::{
    inbox::{Content, Inbox, Incoming, Stored},
    notices::Notices,
};
use grantbook_tests::{
    load,
    postgres::{Durability, Postgres},
    site::{self, APP_ID, DOOR, SIGNING_SECRET, Site, now_seconds, teams},
    stage::until,
};
use tokio::{sync::broadcast::error::TryRecvError, time::timeout};

use super::{SOON, Two, draft};
use crate::store_contract::{at, installed};

const SERVER: [&str; 4] = ["--exact", "ledger_under_fire::the_server", "--ignored", "--nocapture"];

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_of_one_process_is_told_in_the_other_once_and_here_once() -> anyhow::Result<()> {
    let mut two = Two::start().await?;
    let (mut here, mut there) = (two.a.store.changes(), two.b.store.changes());
    let (mut ours_in_first, mut ours_in_other) = (two.a.store.own_changes(), two.b.store.own_changes());
    two.give("C1", true).await?;
    let told = timeout(SOON, there.recv()).await??;
    assert_eq!((&told.installation, told.seq), (two.key(), 2));
    assert_eq!(here.try_recv()?, told);
    assert_eq!(ours_in_first.try_recv()?, told);
    // Two beats later an echo would have come.
    tokio::time::sleep(Duration::from_millis(2_200)).await;
    assert_eq!(here.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(there.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(ours_in_other.try_recv(), Err(TryRecvError::Empty));

    let names = Notices::from(StreamEvent { seq: 9, ..told });
    two.a.store.announce(names).await?;
    assert_eq!(timeout(SOON, there.recv()).await??.seq, 9);
    assert_eq!(ours_in_first.try_recv(), Err(TryRecvError::Empty));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_commit_is_told_whole() -> anyhow::Result<()> {
    let two = Two::start().await?;
    let mut homes = Vec::new();
    for number in 0..200 {
        homes.push(installed(&two.a.store, two.app, &format!("T{number:08}")).await);
    }
    let mut there = two.b.store.changes();
    let (inbox, _writer) = Inbox::start(two.a.store.clone());
    let deliveries = homes.iter().enumerate().map(|(number, home)| {
        let draft = draft(u32::try_from(number).unwrap(), "C1", true).unwrap();
        let incoming = Incoming {
            app: two.app,
            slug: home.key.app.clone(),
            event_id: format!("EvLARGE{number}"),
            tenant: Some(home.key.tenant.clone()),
            event_type: "resources_added".to_owned(),
            event_time: at(0).seconds(),
            received_at: at(0),
            body: b"{}".to_vec(),
            content: Content::Fact(Box::new(draft)),
        };
        let inbox = inbox.clone();
        tokio::spawn(async move { inbox.submit(incoming).await })
    });
    for delivery in deliveries.collect::<Vec<_>>() {
        assert_eq!(delivery.await??, Stored::Applied);
    }
    let mut missing: std::collections::BTreeSet<InstallationKey> = homes.into_iter().map(|home| home.key).collect();
    while !missing.is_empty() {
        missing.remove(&timeout(SOON, there.recv()).await??.installation);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_line_is_made_again_and_listeners_know_that_they_missed_something() -> anyhow::Result<()> {
    let mut two = Two::start().await?;
    let (mut missed, mut there) = (two.b.store.missed(), two.b.store.changes());
    two.postgres.psql(
        "fresh_0",
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <> pg_backend_pid() and (query like 'LISTEN%' or query like '%pg_notify%')",
    )?;
    timeout(SOON, missed.recv()).await??;
    until("it is heard again", async || Ok(two.b.store.heard_until().map(drop))).await?;
    two.give("C1", true).await?;
    assert_eq!(timeout(SOON, there.recv()).await??.seq, 2);
    two.b.deafen();
    until("nothing is believed any more", async || {
        Ok(two.b.store.heard_until().is_none().then_some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_one_process_revokes_is_refused_by_the_other_within_a_second() -> anyhow::Result<()> {
    let mut two = Two::start().await?;
    let (here, there) = (Keys::new(two.a.house()?), Keys::new(two.b.house()?));
    for deaf in [false, true] {
        let made = here.create("a script", Role::Viewer).await?;
        let key = secrecy::ExposeSecret::expose_secret(&made.key).to_owned();
        assert!(there.authenticate(&key).await?.is_some());
        assert!(there.authenticate(&key).await?.is_some());
        if deaf {
            two.b.deafen();
            until("it is deaf", async || {
                Ok(two.b.store.heard_until().is_none().then_some(()))
            })
            .await?;
        }
        assert!(here.revoke(&made.view.id).await?);
        assert!(here.authenticate(&key).await?.is_none(), "here at once");
        if !deaf {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert!(there.authenticate(&key).await?.is_none(), "there, deaf: {deaf}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_one_server_takes_reaches_the_live_stream_of_another() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    let site = Site::prepare(Some(postgres.fresh_database()?), 1).await?;
    let made = site.command(&["--exact", "notices::told::make_a_key", "--ignored", "--nocapture"])?;
    let made = { made }.output()?;
    let printed = String::from_utf8(made.stdout)?;
    let key = printed
        .split_whitespace()
        .find(|word| word.starts_with("gbk_"))
        .context("a key")?;
    let _first = site.serve(&SERVER).await?;
    let second = site::free_address()?;
    let mut command = site.command(&SERVER)?;
    command.env("GRANTBOOK_SERVER__BIND", second.to_string());
    command.env("GRANTBOOK_REQUESTS__JOURNAL", site.folder().join("second.journal"));
    let _second = site::serve(command, site.folder(), second).await?;

    let url = format!("http://{second}/api/v1/stream");
    let mut stream = reqwest::Client::builder()
        .no_proxy()
        .build()?
        .get(url)
        .bearer_auth(key)
        .send()
        .await?;
    assert_eq!(stream.status(), 200);
    // The line to the database is up when the stream says that everything is to be read again, or soon after.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (now, secret) = (now_seconds(), grantbook_api::secret::SigningSecret::new(SIGNING_SECRET));
    let events = load::events(&APP_ID.parse()?, &teams(1)?, 1, now);
    let signed = events
        .into_iter()
        .map(|(id, body)| load::sign(&secret, id, body, now))
        .collect();
    let answers = load::post_all(site.address(), DOOR, std::sync::Arc::new(signed), 1).await;
    assert_eq!(answers[0].status, Some(200));
    let mut text = String::new();
    while !text.contains("event: change") {
        let chunk = timeout(SOON, stream.chunk()).await??.context("the stream goes on")?;
        text.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert!(text.contains("\"installation\":\"insectoid.T0LOAD000\""), "{text}");
    Ok(())
}

#[test]
#[ignore = "not a test: the command that the test above runs"]
fn make_a_key() {
    let _ = grantbook_server::cli::main_of(["grantbook", "key", "add", "stream"]);
}
