//! The same over the console's own doors, with a clock that goes: run, board, file, unused scopes.

use std::time::{Duration, Instant};

use anyhow::ensure;
use grantbook_core::view::{
    Page,
    drift::{DriftKind, DriftRunView, DriftSummary, DriftView, UnusedScopeView},
};
use grantbook_flows::keys::Keys;
use grantbook_simulator::{Action, Builder, SlackSim};
use grantbook_tests::consent::{self, Allowed};
use reqwest::{Client, StatusCode, redirect::Policy};

use super::scene::{ATLAS, CHANNEL, TEAM, scopes};
use crate::console::Console;

struct Scene {
    sim: SlackSim,
    console: Console,
    http: Client,
    key: String,
}

async fn scene() -> anyhow::Result<Scene> {
    let (sim, console) = Console::beside(|_| (), Builder::without_rate_limits).await?;
    console.register_all(&sim.apps()).await?;
    let key = Keys::new(console.house.clone())
        .create("the test", grantbook_core::view::Role::Admin)
        .await?
        .key;
    let http = Client::builder().redirect(Policy::none()).cookie_store(true).build()?;
    let key = secrecy::ExposeSecret::expose_secret(&key).to_owned();
    Ok(Scene {
        sim,
        console,
        http,
        key,
    })
}

impl Scene {
    async fn install(&self) -> anyhow::Result<()> {
        let door = self.console.at("slack/atlas/install");
        consent::install(&self.sim, &self.http, &door, ATLAS, Allowed::default()).await
    }

    async fn text(&self, path: &str) -> anyhow::Result<String> {
        let address = self.console.at(&format!("api/v1/{path}"));
        let answer = self.http.get(address).bearer_auth(&self.key).send().await?;
        ensure!(answer.status() == StatusCode::OK, "{path}: {}", answer.status());
        Ok(answer.text().await?)
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        Ok(serde_json::from_str(&self.text(path).await?)?)
    }

    async fn run(&self) -> anyhow::Result<DriftRunView> {
        let address = self.console.at("api/v1/drift/run");
        let answer = self.http.post(address).bearer_auth(&self.key).send().await?;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let run: DriftRunView = self.get("drift/run").await?;
            if run.finished_at.is_some() {
                return Ok(run);
            }
            ensure!(Instant::now() < deadline, "the run did not end: {run:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_from_outside_shows_and_settles_what_was_missed() -> anyhow::Result<()> {
    let scene = scene().await?;
    scene.install().await?;
    let (app, team) = (ATLAS.to_owned(), TEAM.parse()?);
    let scopes = scopes(&["files:read"]);
    scene.sim.act_quietly(Action::RemoveScope { app, team, scopes }).await?;
    let (app, team, resource) = (ATLAS.to_owned(), TEAM.parse()?, CHANNEL.parse()?);
    scene
        .sim
        .act_quietly(Action::AddResource { app, team, resource })
        .await?;

    let run = scene.run().await?;
    assert_eq!((run.done, run.total, run.failed), (1, 1, 0));
    let closed: Page<DriftView> = scene.get("drift?state=closed&app=atlas").await?;
    let kinds: Vec<_> = closed.items.iter().map(|drift| drift.kind).collect();
    assert!(kinds.contains(&DriftKind::ScopeMissingAtSlack), "{kinds:?}");
    assert!(kinds.contains(&DriftKind::ResourceUnknownToLedger), "{kinds:?}");
    let by = closed.items[0].closed_by.as_deref().unwrap_or_default();
    assert!(by.starts_with("key:"), "{by}");
    let open: Page<DriftView> = scene.get("drift?state=open&kind=declared_not_granted").await?;
    assert_eq!(open.items.len(), 1);
    let nothing: Page<DriftView> = scene.get("drift?workspace=T0DES3UAN").await?;
    assert!(nothing.items.is_empty());
    let first: Page<DriftView> = scene.get("drift?limit=1").await?;
    let cursor = first.next_cursor.unwrap();
    let second: Page<DriftView> = scene.get(&format!("drift?limit=1&cursor={cursor}")).await?;
    assert!(second.items[0].id < first.items[0].id);

    let summary: DriftSummary = scene.get("drift/summary").await?;
    assert_eq!((summary.open, summary.installations, summary.checked), (1, 1, 1));
    let csv = scene.text("drift.csv?state=closed").await?;
    assert!(csv.starts_with("id,found_at,app,"), "{csv}");
    assert_eq!(csv.lines().count(), closed.items.len() + 1);
    let runs = scene.text("audit?what=drift.run_finished").await?;
    assert!(runs.contains("\"installations\":1"), "{runs}");

    grantbook_flows::drift::observations::flush(&scene.console.house).await?;
    let unused: Page<UnusedScopeView> = scene.get("unused-scopes?app=atlas").await?;
    let names: Vec<_> = unused.items.iter().map(|row| row.scope.as_str()).collect();
    assert!(
        names.contains(&"channels:history") && !names.contains(&"commands"),
        "{names:?}"
    );
    let same: Page<UnusedScopeView> = scene.get("installations/atlas.T061EG9R6/unused-scopes").await?;
    assert_eq!(same, unused);

    scene.sim.shutdown().await;
    scene.console.stop().await
}
