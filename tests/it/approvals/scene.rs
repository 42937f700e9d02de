//! An organization whose administrator has let `atlas` manage its apps, and a console without background work:
//! each test says when lists are read, requests judged and rows of the outbox carried.

use std::time::Duration;

use anyhow::Context as _;
use grantbook_core::approval::{
    Rules,
    life::{Happening, State},
};
use grantbook_flows::{House, approvals::Approvals, apps::Apps, outbox};
use grantbook_server::demo::registration;
use grantbook_simulator::SlackSim;
use grantbook_store::approvals::StoredAppRequest;
use grantbook_tests::{
    ground::{Ground, NOWHERE, still},
    managing::{manage, put_in_force, read},
    northwind::{DESIGN, TEAM},
};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(super) struct Scene {
    pub(super) sim: SlackSim,
    pub(super) house: House,
    pub(super) queue: Approvals,
    _folder: TempDir,
}

impl Scene {
    pub(super) async fn new(database: Option<String>) -> anyhow::Result<Self> {
        let sim = still(NOWHERE, |_| ()).start().await?;
        let folder = grantbook_tests::evidence::folder()?;
        let house = Ground::new(database, folder.path()).house_beside(&sim).await?;
        house.store.migrate().await?;
        for app in sim.apps() {
            Apps::new(house.clone()).add(registration(&app)).await?;
        }
        let scene = Self {
            queue: Approvals::new(house.clone()),
            sim,
            house,
            _folder: folder,
        };
        manage(&scene.house, &scene.sim, &[TEAM, DESIGN]).await?;
        Ok(scene)
    }

    pub(super) async fn act(&self, action: Value) -> anyhow::Result<Option<String>> {
        let acted = self.sim.act(serde_json::from_value(action)?).await?;
        Ok(acted.request)
    }

    /// Somebody asks for an app; answers Slack's number.
    pub(super) async fn ask(&self, app: &str, team: Option<&str>, user: &str) -> anyhow::Result<String> {
        let action = json!({"action": "request_app", "app": app, "team": team, "user": user, "message": "for us"});
        self.act(action).await?.context("a request")
    }

    /// Time passes.
    pub(super) fn turn(&self, seconds: u64) {
        self.sim.clock().advance(Duration::from_secs(seconds));
    }

    /// Slack's lists are read and new requests judged, some seconds later.
    pub(super) async fn read(&self) -> anyhow::Result<()> {
        read(&self.house, &self.sim).await
    }

    /// What is due at Slack is done.
    pub(super) async fn send(&self) -> anyhow::Result<()> {
        self.turn(1);
        outbox::drain(&self.house).await;
        Ok(())
    }

    /// The rules in force from now on.
    pub(super) async fn rules(&self, rules: Value) -> anyhow::Result<()> {
        let rules = Rules::from_value(&json!({ "rules": rules }))?;
        put_in_force(&self.house, rules, None).await?;
        Ok(())
    }

    /// A request as it stands here, by Slack's number.
    pub(super) async fn stored(&self, number: &str) -> anyhow::Result<StoredAppRequest> {
        for state in State::ALL {
            let found = self.house.store.app_requests_in(state, 0, 10_000).await?;
            if let Some(found) = found.into_iter().find(|one| one.request.id.as_str() == number) {
                return Ok(found);
            }
        }
        anyhow::bail!("{number} is not here")
    }

    /// What happened to it, in words.
    pub(super) async fn story(&self, number: &str) -> anyhow::Result<Vec<&'static str>> {
        Ok(self.steps(number).await?.iter().map(Happening::as_str).collect())
    }

    pub(super) async fn steps(&self, number: &str) -> anyhow::Result<Vec<Happening>> {
        let id = self.stored(number).await?.id;
        let steps = self.house.store.app_request_steps(id).await?;
        Ok(steps.into_iter().map(|step| step.what).collect())
    }

    /// How Slack has a request.
    pub(super) fn at_slack(&self, number: &str) -> Value {
        let requests = self.sim.app_requests();
        json!(
            requests
                .iter()
                .find(|found| found.id == number)
                .map(|found| &found.state)
        )
    }
}
