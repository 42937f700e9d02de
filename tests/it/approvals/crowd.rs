//! Five thousand requests over fifty workspaces, by event and by reading at once, with a fifth of the events
//! doubled, a fifth of the calls gone wrong, and the console killed in the middle.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use grantbook_core::{
    approval::{
        Rules,
        life::{Happening, State},
    },
    view::approvals::DecisionWish,
};
use grantbook_flows::{House, approvals::Approvals, apps::Apps};
use grantbook_server::{
    config::{Config, DatabaseUrl},
    demo::registration,
    open,
};
use grantbook_simulator::{Fault, FaultPlan, Seed, SlackSim};
use grantbook_tests::{
    consent, evidence,
    managing::{self, approver},
    northwind::IZZY,
    site::{self, Server},
};
use reqwest::{Client, redirect::Policy};
use serde_json::{Value, json};
use tempfile::TempDir;

const WORKSPACES: usize = 50;
const APPS: usize = 100;
/// Requests asked for in one go.
const CHUNK: usize = 500;
/// How long the queue may take to come to rest, after the last request.
const PATIENCE: Duration = Duration::from_secs(480);
const SERVER: [&str; 4] = ["--exact", "approvals::the_server", "--ignored", "--nocapture"];

fn team(number: usize) -> String {
    format!("T0CROWD{number:02}")
}

fn app(number: usize) -> String {
    format!("A0CROWD{number:03}")
}

/// Northwind with fifty workspaces more, and a hundred apps that people ask for.
fn seed(console: &str) -> anyhow::Result<Seed> {
    let mut seed = Seed::northwind(console);
    for number in 0..WORKSPACES {
        let id = team(number);
        let team = json!({ "id": id, "name": format!("Crowd {number}"), "domain": format!("crowd-{number}") });
        seed.teams.push(serde_json::from_value(team)?);
        for user in seed.users.iter_mut().filter(|user| user.id.as_str() == IZZY) {
            user.teams.insert(id.parse()?);
        }
    }
    for number in 0..APPS {
        let scope = ["chat:write", "commands", "users:read", "files:read", "groups:history"][number % 5];
        seed.requestable.push(serde_json::from_value(json!({
            "id": app(number), "name": format!("Crowd app {number}"), "developer_type": "third_party",
            "bot_scopes": [scope, "channels:read"], "optional_scopes": ["channels:read"],
        }))?);
    }
    for app in &mut seed.apps {
        app.token_rotation = false;
    }
    Ok(seed)
}

/// Rules decide four of five; the rest is left to a person.
fn rules() -> anyhow::Result<Rules> {
    let of = |scope: &str, then: Value| json!({ "id": scope.replace(':', "-"), "name": scope, "when": { "scopes": { "includes": scope } }, "then": then });
    Ok(Rules::from_value(&json!({ "rules": [
        of("chat:write", json!({ "approve": {} })),
        of("commands", json!({ "approve": { "optional": "none" } })),
        of("users:read", json!({ "restrict": { "reason": "not the directory" } })),
        of("files:read", json!({ "cancel": { "reason": "ask for the other one" } })),
    ] }))?)
}

struct Crowd {
    sim: SlackSim,
    house: House,
    address: SocketAddr,
    database: String,
    folder: TempDir,
}

impl Crowd {
    async fn new(database: String) -> anyhow::Result<Self> {
        let address = site::free_address()?;
        let console = format!("http://{address}");
        let sim = evidence::simulator().seed(seed(&console)?).console_url(console);
        let sim = sim.without_rate_limits().start().await?;
        let folder = evidence::folder()?;
        let mut config = Config::default();
        config.database.url = DatabaseUrl::from(database.clone());
        config.keys.file = folder.path().join("master.key");
        config.slack.base_url = sim.url();
        let house = open::migrated_house(&config).await?;
        for app in sim.apps() {
            Apps::new(house.clone()).add(registration(&app)).await?;
        }
        Ok(Self {
            sim,
            house,
            address,
            database,
            folder,
        })
    }

    async fn serve(&self) -> anyhow::Result<Server> {
        let folder = self.folder.path();
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(SERVER)
            .env("GRANTBOOK_DATABASE__URL", &self.database)
            .env("GRANTBOOK_SERVER__BIND", self.address.to_string())
            .env("GRANTBOOK_KEYS__FILE", folder.join("master.key"))
            .env("GRANTBOOK_SLACK__BASE_URL", self.sim.url())
            .env("GRANTBOOK_REQUESTS__JOURNAL", folder.join("presses.journal"))
            .env("GRANTBOOK_APPROVALS__READ_EVERY_SECONDS", "2")
            .env("GRANTBOOK_LOG__FILTER", "off");
        site::serve(command, folder, self.address).await
    }

    /// Izzy lets `atlas` manage the organization's apps, by the console's own door.
    async fn manage(&self) -> anyhow::Result<()> {
        let browser = Client::builder()
            .redirect(Policy::none())
            .cookie_store(true)
            .no_proxy()
            .build()?;
        let door = format!("http://{}/slack/atlas/install", self.address);
        let page = consent::slacks_page(&browser, &door).await?;
        let teams: Vec<String> = (0..WORKSPACES).map(team).collect();
        consent::come_back(&self.sim, &browser, managing::yes(&page, &teams)?).await
    }

    fn go_wrong(&self) {
        self.sim.plan_faults(FaultPlan {
            method: "admin.apps.*".to_owned(),
            faults: vec![
                Fault::LostAnswer,
                Fault::Drop,
                Fault::Html { status: 502 },
                Fault::HalfBody,
                Fault::Error {
                    error: "internal_error".into(),
                },
            ],
            percent: 20,
            count: None,
        });
        self.sim.plan_faults(FaultPlan {
            method: "app_requested".to_owned(),
            faults: vec![Fault::Duplicate],
            percent: 20,
            count: None,
        });
    }

    /// Every app is asked for in every workspace; the console dies on the way, and comes back.
    async fn ask(&self, server: Server) -> anyhow::Result<Server> {
        let wishes: Vec<Value> = (0..WORKSPACES * APPS)
            .map(|number| json!({ "app": app(number / WORKSPACES), "team": team(number % WORKSPACES), "user": IZZY }))
            .collect();
        let mut server = Some(server);
        for (at, chunk) in wishes.chunks(CHUNK).enumerate() {
            let action = json!({ "action": "request_apps", "requests": chunk });
            self.sim.act(serde_json::from_value(action)?).await?;
            tokio::time::sleep(Duration::from_millis(500)).await;
            match at {
                4 => server.take().context("it runs")?.kill()?,
                6 => server = Some(self.serve().await?),
                _ => {}
            }
        }
        server.context("it was started again")
    }

    /// A person decides what the rules left to people.
    async fn decide(&self) -> anyhow::Result<usize> {
        let queue = Approvals::new(self.house.clone());
        let open = self.house.store.app_requests_in(State::Open, 0, 2_000).await?;
        for request in &open {
            queue
                .approve(request.id, &approver("orla"), DecisionWish::default())
                .await?;
        }
        Ok(open.len())
    }

    async fn count(&self, statement: &str) -> anyhow::Result<i64> {
        use sea_orm::{ConnectionTrait as _, Statement};
        let db = sea_orm::Database::connect(&self.database).await?;
        let asked = Statement::from_string(sea_orm::DbBackend::Postgres, statement.to_owned());
        let row = db.query_one_raw(asked).await?.context("a row")?;
        let count = row.try_get_by_index::<i64>(0)?;
        db.close().await?;
        Ok(count)
    }

    /// Until nothing is open: no request unsettled or unseen, no row of the outbox under way.
    async fn rest(&self, since: Instant) -> anyhow::Result<()> {
        loop {
            self.decide().await?;
            let unseen = self
                .count("SELECT count(*) FROM app_requests WHERE seen_at IS NULL")
                .await?;
            let all = self.count("SELECT count(*) FROM app_requests").await?;
            let due = "SELECT count(*) FROM outbox WHERE kind LIKE 'app_decision' AND state IN ('due', 'sending')";
            let due = self.count(due).await?;
            println!(
                "{:>5.1} s: {all} here, {unseen} open receipts, {due} rows due",
                since.elapsed().as_secs_f64()
            );
            if all == i64::try_from(WORKSPACES * APPS)? && unseen == 0 && due == 0 {
                return Ok(());
            }
            ensure!(since.elapsed() < PATIENCE, "the queue did not come to rest");
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }

    /// Slack's own requests and the console's agree, one by one, and each was decided once.
    async fn agree(&self) -> anyhow::Result<()> {
        let slack: BTreeMap<String, Value> = self
            .sim
            .app_requests()
            .into_iter()
            .map(|request| (request.id.clone(), json!(request.state)))
            .collect();
        let mut seen = BTreeSet::new();
        for state in [State::Approved, State::Restricted, State::Cancelled] {
            for stored in self.house.store.app_requests_in(state, 0, 10_000).await? {
                let number = stored.request.id.to_string();
                ensure!(
                    slack.get(&number) == Some(&json!(state.as_str())),
                    "{number}: {:?}",
                    slack.get(&number)
                );
                let steps = self.house.store.app_request_steps(stored.id).await?;
                let decided = steps
                    .iter()
                    .filter(|step| matches!(step.what, Happening::Decided { .. }));
                ensure!(decided.count() == 1, "{number}: {steps:?}");
                ensure!(seen.insert(number), "{} is here twice", stored.request.id);
            }
        }
        ensure!(seen.len() == slack.len() && seen.len() == WORKSPACES * APPS);
        Ok(())
    }
}

pub(super) async fn decided_once(database: String) -> anyhow::Result<()> {
    let crowd = Crowd::new(database).await?;
    let server = crowd.serve().await?;
    crowd.manage().await?;
    managing::put_in_force(&crowd.house, rules()?, None).await?;
    crowd.go_wrong();
    let began = Instant::now();
    let server = crowd.ask(server).await?;
    crowd.rest(began).await?;
    crowd.agree().await?;
    println!("all agree after {:.1} s", began.elapsed().as_secs_f64());
    drop(server);
    Ok(())
}
