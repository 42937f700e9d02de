//! `just bench ingest`: a signed event made durable, applied and acknowledged, beside an axum handler that only
//! verifies the signature. One run, one machine, one load generator; the ratio is the result.
//!
//! Each server is a process of its own. SQLite flushes at each commit (`synchronous = FULL`).
//! Arguments: `--events N` (50,000), `--connections N` (64), `--rounds N` (3).

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::{
    net::SocketAddr,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use grantbook_api::{secret::SigningSecret, signature};
use grantbook_core::AppId;
use grantbook_tests::{
    load::{self, Answer, Signed},
    site::{self, APP_ID, DOOR, SIGNING_SECRET, Site, now_seconds, teams},
};
use hdrhistogram::Histogram;

/// As in the binary `grantbook`; the baseline has it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TEAMS: usize = 100;

struct Plan {
    events: usize,
    connections: usize,
    rounds: usize,
}

struct Measured {
    per_second: f64,
    latencies: Histogram<u64>,
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
    let mut args = args.iter().filter(|arg| *arg != "--bench");
    while let Some(name) = args.next() {
        let number = || -> anyhow::Result<usize> { bail!("{name} takes a number") };
        let value = args.next().map_or_else(number, |text| Ok(text.parse()?))?;
        match name.as_str() {
            "--events" => plan.events = value,
            "--connections" => plan.connections = value,
            "--rounds" => plan.rounds = value,
            _ => bail!("unknown argument {name}: --events, --connections, --rounds"),
        }
    }
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
    println!(
        "{:<28} {:>10} {:>10} {:>10} {:>10} {:>10}",
        "", "events/s", "p50 ms", "p90 ms", "p99 ms", "max ms"
    );
    let mut ratios = Vec::new();
    for _ in 0..plan.rounds {
        let verify_only = measure_baseline(plan).await?;
        show("axum, verifies only", &verify_only);
        let ingest = measure_grantbook(plan).await?;
        show("grantbook, SQLite, durable", &ingest);
        ratios.push(ingest.per_second / verify_only.per_second);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "ratio grantbook / verify-only: median {:.2} (bar 0.50), all {ratios:.2?}",
        ratios[ratios.len() / 2]
    );
    Ok(())
}

fn show(name: &str, measured: &Measured) {
    let at = |quantile| Duration::from_micros(measured.latencies.value_at_quantile(quantile)).as_secs_f64() * 1e3;
    println!(
        "{name:<28} {:>10.0} {:>10.2} {:>10.2} {:>10.2} {:>10.2}",
        measured.per_second,
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0)
    );
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
    let refused = answers.iter().filter(|answer| answer.status != Some(200)).count();
    ensure!(refused == 0, "{refused} of {} were not acknowledged", answers.len());
    Ok(Measured {
        per_second: f64::from(u32::try_from(answers.len())?) / took.as_secs_f64(),
        latencies: histogram(&answers)?,
    })
}

fn histogram(answers: &[Answer]) -> anyhow::Result<Histogram<u64>> {
    let mut latencies = Histogram::new(3)?;
    for answer in answers {
        latencies.record(u64::try_from(answer.took.as_micros())?)?;
    }
    Ok(latencies)
}
