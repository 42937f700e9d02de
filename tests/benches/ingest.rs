//! `just bench ingest`: a signed event made durable, applied and acknowledged, beside an axum handler that only
//! verifies the signature. One run, one machine, one load generator; the ratio is the result.
//!
//! Each server is a process of its own. SQLite flushes at each commit (`synchronous = FULL`).
//! Arguments: `--events N` (50,000), `--connections N` (64), `--rounds N` (3).

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::{net::SocketAddr, process::Command, sync::Arc, time::Instant};

use anyhow::Context as _;
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use grantbook_api::{secret::SigningSecret, signature};
use grantbook_core::AppId;
use grantbook_tests::{
    load::{self, Signed},
    measured::{self, Measured, heads, numbers},
    site::{self, APP_ID, DOOR, SIGNING_SECRET, Site, now_seconds, teams},
};

/// As in the binary `grantbook`; the baseline has it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TEAMS: usize = 100;

struct Plan {
    events: usize,
    connections: usize,
    rounds: usize,
}

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match args.first().map(String::as_str) {
        Some("serve-baseline") => runtime.block_on(baseline(args.get(1).context("address")?.parse()?)),
        Some("serve-grantbook") => {
            drop(runtime);
            let _ = grantbook_server::cli::main_of(["grantbook", "serve"]);
            Ok(())
        }
        _ => runtime.block_on(compare(&plan(&args)?)),
    }
}

fn plan(args: &[String]) -> anyhow::Result<Plan> {
    let mut plan = Plan {
        events: 50_000,
        connections: 64,
        rounds: 3,
    };
    let places = [
        ("--events", &mut plan.events),
        ("--connections", &mut plan.connections),
        ("--rounds", &mut plan.rounds),
    ];
    numbers(args, places)?;
    Ok(plan)
}

/// The baseline: the least that a safe events door must do.
async fn baseline(address: SocketAddr) -> anyhow::Result<()> {
    async fn verify(headers: HeaderMap, body: Bytes) -> StatusCode {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let secret = SigningSecret::new(SIGNING_SECRET);
        let (timestamp, signed) = (header(signature::TIMESTAMP_HEADER), header(signature::SIGNATURE_HEADER));
        match signature::verify(&secret, timestamp, signed, &body, now_seconds()) {
            Ok(()) => StatusCode::OK,
            Err(_) => StatusCode::UNAUTHORIZED,
        }
    }
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, Router::new().route(DOOR, post(verify))).await?;
    Ok(())
}

async fn compare(plan: &Plan) -> anyhow::Result<()> {
    println!(
        "{} signed events over {} connections, {} rounds, {TEAMS} installations",
        plan.events, plan.connections, plan.rounds
    );
    heads("events/s");
    let mut ratios = Vec::new();
    for _ in 0..plan.rounds {
        let verify_only = measure_baseline(plan).await?;
        verify_only.show("axum, verifies only");
        let ingest = measure_grantbook(plan).await?;
        ingest.show("grantbook, SQLite, durable");
        ratios.push(ingest.per_second / verify_only.per_second);
    }
    measured::ratios("grantbook / verify-only", "0.50", ratios);
    Ok(())
}

async fn measure_baseline(plan: &Plan) -> anyhow::Result<Measured> {
    let (address, folder) = (site::free_address()?, tempfile::tempdir()?);
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["serve-baseline", &address.to_string()]);
    let _server = site::serve(command, folder.path(), address).await?;
    run(plan, address).await
}

async fn measure_grantbook(plan: &Plan) -> anyhow::Result<Measured> {
    let site = Site::prepare(None, TEAMS).await?;
    let _server = site.serve(&["serve-grantbook"]).await?;
    run(plan, site.address()).await
}

async fn run(plan: &Plan, address: SocketAddr) -> anyhow::Result<Measured> {
    let (now, secret) = (now_seconds(), SigningSecret::new(SIGNING_SECRET));
    let signed: Vec<Signed> = load::events(&AppId::new(APP_ID)?, &teams(TEAMS)?, plan.events, now)
        .into_iter()
        .map(|(id, body)| load::sign(&secret, id, body, now))
        .collect();
    let (warm, timed) = signed.split_at(plan.events / 10);
    load::post_all(address, DOOR, Arc::new(warm.to_vec()), plan.connections).await;
    let timed = Arc::new(timed.to_vec());
    let began = Instant::now();
    let answers = load::post_all(address, DOOR, Arc::clone(&timed), plan.connections).await;
    let took = began.elapsed();
    Measured::of(&answers, took)
}
