//! `just bench check`: may the app do this here? Asked with an API key over real sockets, beside an axum handler that
//! does nothing and is asked the very same. One run, one machine, one load generator; the ratio is the result.
//!
//! Each server is a process of its own, the console as it is configured by default. Arguments: `--questions N`
//! (100,000), `--connections N` (64), `--rounds N` (5).

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::{net::SocketAddr, process::Command, time::Instant};

use anyhow::{Context as _, ensure};
use axum::{Router, http::StatusCode, routing::get};
use grantbook_core::{
    Fact, InstallationKey, OrderKey, Reach, ResourceType, Source, Timestamp,
    fact::{Resource, ScopedResource},
    ledger::Draft,
    view::CheckView,
};
use grantbook_tests::{
    load,
    measured::{self, Measured, heads, numbers},
    site::{self, Site, now_seconds},
};
use serde_json::Value;

/// As in the binary `grantbook`; the baseline has it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TEAMS: usize = 100;
/// Whose.
const KEY: &str = "insectoid.T0LOAD007";
/// The channels that it was given.
const CHANNELS: usize = 40;

struct Plan {
    questions: usize,
    connections: usize,
    rounds: usize,
}

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match args.first().map(String::as_str) {
        Some("serve-nothing") => runtime.block_on(nothing(args.get(1).context("address")?.parse()?)),
        Some("grantbook") => {
            drop(runtime);
            let _ = grantbook_server::cli::main_of(&args);
            Ok(())
        }
        _ => runtime.block_on(compare(&plan(&args)?)),
    }
}

fn plan(args: &[String]) -> anyhow::Result<Plan> {
    let mut plan = Plan {
        questions: 100_000,
        connections: 64,
        rounds: 5,
    };
    let places = [
        ("--questions", &mut plan.questions),
        ("--connections", &mut plan.connections),
        ("--rounds", &mut plan.rounds),
    ];
    numbers(args, places)?;
    Ok(plan)
}

/// The baseline: whatever is asked, nothing is done.
async fn nothing(address: SocketAddr) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(address).await?;
    let route = "/api/v1/installations/{id}/check";
    axum::serve(listener, Router::new().route(route, get(async || StatusCode::OK))).await?;
    Ok(())
}

/// What is asked each time.
fn question() -> String {
    format!("/api/v1/installations/{KEY}/check?scope=chat:write&resource=C0LOAD00007")
}

async fn compare(plan: &Plan) -> anyhow::Result<()> {
    println!(
        "{} questions over {} connections, {} rounds, {TEAMS} installations with {CHANNELS} channels in the one asked about",
        plan.questions, plan.connections, plan.rounds
    );
    heads("answers/s");
    let site = Site::prepare(None, TEAMS).await?;
    grant(&site).await?;
    let key = api_key(&site)?;
    let mut ratios = Vec::new();
    for _ in 0..plan.rounds {
        let baseline = measure_nothing(plan, &key).await?;
        baseline.show("axum, does nothing");
        let check = measure_check(plan, &site, &key).await?;
        check.show("grantbook, check, API key");
        ratios.push(check.per_second / baseline.per_second);
    }
    measured::ratios("check / nothing", "0.70", ratios);
    Ok(())
}

/// A scope and some channels for the one that is asked about.
async fn grant(site: &Site) -> anyhow::Result<()> {
    let store = site.store().await?;
    let key: InstallationKey = KEY.parse()?;
    let installation = store.installation_ref(&key).await?.context("the installation")?;
    let resources = (0..CHANNELS)
        .map(|number| {
            let resource = Resource {
                resource_type: ResourceType::Channel,
                reach: Reach::Specific(format!("C0LOAD{number:05}").parse()?),
            };
            Ok(ScopedResource {
                resource,
                scopes: ["chat:write".parse()?, "channels:history".parse()?].into(),
            })
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    let fact = Fact::ResourcesAdded { resources };
    let at = Timestamp::from_seconds(now_seconds() - 500_000);
    let draft = Draft {
        key: OrderKey::new(at, &fact, "EvCHECK"),
        recorded_at: at,
        source: Source::Event,
        actor: Some("U061F7AUR".parse()?),
        fact,
    };
    store.append_one(&installation, draft).await?;
    store.close().await?;
    Ok(())
}

/// A key made as an administrator makes one.
fn api_key(site: &Site) -> anyhow::Result<String> {
    let made = site
        .command(&["grantbook", "key", "add", "bench", "--json"])?
        .output()?;
    ensure!(
        made.status.success(),
        "no key was made: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    let made: Value = serde_json::from_slice(&made.stdout)?;
    Ok(made["key"].as_str().context("a key")?.to_owned())
}

async fn measure_nothing(plan: &Plan, key: &str) -> anyhow::Result<Measured> {
    let (address, folder) = (site::free_address()?, tempfile::tempdir()?);
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["serve-nothing", &address.to_string()]);
    let _server = site::serve(command, folder.path(), address).await?;
    run(plan, address, key, |_| Ok(())).await
}

async fn measure_check(plan: &Plan, site: &Site, key: &str) -> anyhow::Result<Measured> {
    let mut command = site.command(&["grantbook", "serve"])?;
    // As it is configured by default.
    command.env_remove("GRANTBOOK_LOG__FILTER");
    let _server = site::serve(command, site.folder(), site.address()).await?;
    run(plan, site.address(), key, |body| {
        let answer: CheckView = serde_json::from_slice(body)?;
        ensure!(answer.allowed, "not allowed: {}", answer.sentence);
        Ok(())
    })
    .await
}

async fn run(
    plan: &Plan,
    address: SocketAddr,
    key: &str,
    right: impl Fn(&[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<Measured> {
    let question = question();
    load::get_all(address, &question, key, plan.questions / 10, plan.connections).await;
    let began = Instant::now();
    let (answers, body) = load::get_all(address, &question, key, plan.questions, plan.connections).await;
    let took = began.elapsed();
    right(&body.context("an answer")?)?;
    Measured::of(&answers, took)
}
