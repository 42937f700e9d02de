//! A simulator, a database, and two consoles over it, each with a line of its own to Slack.

use std::{net::SocketAddr, process::Command, sync::Mutex, time::Duration};

use anyhow::{Context as _, ensure};
use grantbook_core::{InstallationKey, Scope, view::Role};
use grantbook_flows::{
    apps::Apps,
    keys::{KeyRights, Keys},
};
use grantbook_server::{
    config::{Config, DatabaseUrl},
    demo::registration,
    open,
};
use grantbook_simulator::{RotationOutcome, Seed, SlackSim};
use grantbook_tests::{
    consent::{self, Allowed},
    evidence,
    site::{self, Server},
};
use reqwest::{Client, StatusCode, redirect::Policy};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tempfile::TempDir;

use super::{
    callers::Order,
    holds::one,
    line::{Hold, Line},
};
use crate::rotation::scene::Scheme;

const TEAM: &str = "T061EG9R6";
/// What the consoles call themselves towards the database.
const NAMES: [&str; 2] = ["first", "second"];
const SERVER: [&str; 4] = ["--exact", "two_servers::the_server", "--ignored", "--nocapture"];

/// Both consoles, and an app that is installed.
pub(super) struct Pair {
    pub(super) sim: SlackSim,
    pub(super) key: InstallationKey,
    pub(super) lines: [Line; 2],
    pub(super) database: String,
    pub(super) addresses: [SocketAddr; 2],
    pub(super) http: Client,
    scheme: Scheme,
    servers: Mutex<[Option<Server>; 2]>,
    gbk: String,
    folder: TempDir,
}

impl Pair {
    /// Both run, the app is installed, and its token lives.
    pub(super) async fn start(database: String, scheme: Scheme) -> anyhow::Result<Self> {
        let addresses = [site::free_address()?, site::free_address()?];
        let console = format!("http://{}", addresses[0]);
        let mut seed = Seed::northwind(&console);
        for app in &mut seed.apps {
            app.token_rotation = true;
            app.events_url = None;
            let second = format!("http://{}/slack/{}/oauth/callback", addresses[1], app.slug);
            app.redirect_uris.push(second);
        }
        let sim = evidence::simulator().seed(seed).console_url(console);
        let sim = sim.without_rate_limits().start().await?;
        let lines = [Line::to(&sim.url()).await?, Line::to(&sim.url()).await?];
        let folder = evidence::folder()?;
        let mut config = Config::default();
        config.database.url = DatabaseUrl::from(database.clone());
        config.keys.file = folder.path().join("master.key");
        config.slack.base_url = sim.url();
        let house = open::migrated_house(&config).await?;
        let apps = Apps::new(house.clone());
        for app in sim.apps() {
            apps.add(registration(&app)).await?;
        }
        let rights = KeyRights {
            role: Role::Admin,
            tokens: true,
        };
        let gbk = Keys::new(house).create("the callers", rights).await?.key;
        let pair = Self {
            sim,
            key: format!("{}.{TEAM}", scheme.app()).parse()?,
            lines,
            database,
            addresses,
            http: Client::builder()
                .redirect(Policy::none())
                .cookie_store(true)
                .no_proxy()
                .build()?,
            scheme,
            servers: Mutex::new([None, None]),
            gbk: gbk.expose_secret().to_owned(),
            folder,
        };
        let (first, second) = tokio::join!(pair.serve(0), pair.serve(1));
        *pair.servers.lock().unwrap() = [Some(first?), Some(second?)];
        pair.install(0).await?;
        Ok(pair)
    }

    async fn serve(&self, number: usize) -> anyhow::Result<Server> {
        let (address, name) = (self.addresses[number], NAMES[number]);
        let folder = self.folder.path();
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(SERVER)
            .env(
                "GRANTBOOK_DATABASE__URL",
                format!("{}?application_name={name}", self.database),
            )
            .env("GRANTBOOK_SERVER__BIND", address.to_string())
            .env("GRANTBOOK_KEYS__FILE", folder.join("master.key"))
            .env("GRANTBOOK_SLACK__BASE_URL", &self.lines[number].url)
            .env("GRANTBOOK_REQUESTS__JOURNAL", folder.join(format!("{name}.journal")))
            .env("GRANTBOOK_LOG__FILTER", "off");
        site::serve(command, folder, address).await
    }

    /// Which console calls itself so.
    pub(super) fn number(name: &str) -> anyhow::Result<usize> {
        let found = NAMES.iter().position(|known| *known == name);
        found.with_context(|| format!("{name} is none of the consoles"))
    }

    /// SIGKILL.
    pub(super) fn kill(&self, number: usize) -> anyhow::Result<()> {
        let server = self.servers.lock().unwrap()[number].take();
        server.context("it was killed before")?.kill()
    }

    pub(super) fn hold(&self, hold: Hold) {
        for line in &self.lines {
            line.hold(hold);
        }
    }

    /// Installs the app through one of the consoles, or installs it again.
    pub(super) async fn install(&self, number: usize) -> anyhow::Result<()> {
        let door = format!(
            "http://{}/slack/{}/install?team={TEAM}",
            self.addresses[number],
            self.scheme.app()
        );
        self.through(&door).await
    }

    /// Goes through a door of a console to Slack, says yes, and comes back.
    pub(super) async fn through(&self, door: &str) -> anyhow::Result<()> {
        let allowed = Allowed {
            scopes: Some(vec![Scope::new("chat:write")?]),
            user_scopes: Some(Vec::new()),
            ..Allowed::default()
        };
        consent::install(&self.sim, &self.http, door, self.scheme.app(), allowed).await
    }

    /// The token has ended: at Slack, whose clock is turned, and in what both consoles have stored of it.
    pub(super) async fn end_the_token(&self) -> anyhow::Result<()> {
        self.sim
            .clock()
            .advance(self.scheme.lifetime() + Duration::from_secs(1));
        let db = sea_orm::Database::connect(&self.database).await?;
        let past = (site::now_seconds() - 1) * 1_000_000;
        let moved = format!("UPDATE credentials SET expires_at = {past} WHERE expires_at > {past} RETURNING id::text");
        ensure!(one(&db, &moved).await?.is_some(), "there was no token to end");
        Ok(db.close().await?)
    }

    pub(super) fn path(&self, below: &str) -> String {
        format!("/api/v1/installations/{}{below}", self.key)
    }

    /// So many callers of the token, by turns of one console and the other.
    pub(super) fn order(&self, callers: usize) -> Order {
        Order {
            addresses: self.addresses.to_vec(),
            path: self.path("/token"),
            key: self.gbk.clone(),
            callers,
        }
    }

    /// Asks a console something.
    pub(super) async fn ask(&self, number: usize, path: &str) -> reqwest::Result<(StatusCode, Value)> {
        let url = format!("http://{}{path}", self.addresses[number]);
        let answer = self.http.get(url).bearer_auth(&self.gbk).send().await?;
        Ok((answer.status(), answer.json().await?))
    }

    /// How often Slack did something to tokens.
    pub(super) fn count(&self, wanted: RotationOutcome) -> usize {
        let told = self.sim.rotations().into_iter();
        told.filter(|line| line.outcome == wanted).count()
    }

    /// Whether Slack takes the token.
    pub(super) async fn works(&self, token: &str) -> anyhow::Result<bool> {
        let url = format!("{}/api/auth.test", self.sim.url());
        let answer: Value = self.http.post(url).bearer_auth(token).send().await?.json().await?;
        Ok(answer["ok"] == true)
    }
}
