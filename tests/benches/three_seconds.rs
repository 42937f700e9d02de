//! `just bench three_seconds`: how old a trigger is when the console's call reaches Slack, by the simulator's
//! own clock, with the database well and with it held; beside calls made bare, straight from the press. One
//! run, one machine; the ratio is the result.
//!
//! The console is a process of its own. Arguments: `--presses N` (200), `--rounds N` (3).

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::time::Duration;

use anyhow::{Context as _, ensure};
use grantbook_api::{
    client::{Caller, RetryPolicy, SlackClient},
    http::{HttpClient, HttpSettings},
    methods::PermissionsRequest,
    secret::AccessToken,
};
use grantbook_core::{Scope, UserId};
use grantbook_simulator::Trigger;
use grantbook_tests::{
    measured::{milliseconds, numbers},
    postgres::{Durability, Postgres},
    slow::Held,
    stage::{Button, IZZY, Postman, Stage, until},
};
use hdrhistogram::Histogram;
use secrecy::ExposeSecret as _;

/// As in the binary `grantbook`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Presses that are not counted: connections open, caches fill.
const WARM: usize = 20;
/// Between two presses.
const PACE: Duration = Duration::from_millis(10);
/// How long the database is held. The presses fall into the first half of it.
const HELD: Duration = Duration::from_secs(5);

struct Plan {
    presses: usize,
    rounds: usize,
}

/// Whose calls, over which database, in which health.
struct Row {
    name: String,
    ages: Histogram<u64>,
}

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().map(String::as_str) == Some("serve-grantbook") {
        let _ = grantbook_server::cli::main_of(["grantbook", "serve"]);
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(compare(&plan(&args)?))
}

fn plan(args: &[String]) -> anyhow::Result<Plan> {
    let mut plan = Plan {
        presses: 200,
        rounds: 3,
    };
    numbers(args, [("--presses", &mut plan.presses), ("--rounds", &mut plan.rounds)])?;
    let most = usize::try_from(HELD.as_millis() / PACE.as_millis() / 2)?;
    ensure!(
        plan.presses <= most,
        "at most {most} presses fit into the time that the database is held"
    );
    Ok(plan)
}

async fn compare(plan: &Plan) -> anyhow::Result<()> {
    println!(
        "age of a trigger when it is spent, {} presses {PACE:?} apart, {} rounds, milliseconds",
        plan.presses, plan.rounds
    );
    println!("{:<36} {:>8} {:>8} {:>8} {:>10}", "", "p50", "p99", "max", "p50 ratio");
    let postgres = Postgres::start(Durability::Full)?;
    let mut rows: Vec<Row> = Vec::new();
    for _ in 0..plan.rounds {
        add(&mut rows, "bare call", bare(plan).await?)?;
        for (name, database) in [("SQLite", None), ("PostgreSQL", Some(postgres.fresh_database()?))] {
            let [well, held] = console(plan, database).await?;
            add(&mut rows, &format!("grantbook, {name}, well"), well)?;
            add(&mut rows, &format!("grantbook, {name}, held for {HELD:?}"), held)?;
        }
    }
    let base = rows.first().context("a baseline")?.ages.value_at_quantile(0.5);
    for row in &rows {
        let at = |quantile| milliseconds(&row.ages, quantile);
        let ratio = at(0.5) / Duration::from_micros(base.max(1)).as_secs_f64() / 1e3;
        println!(
            "{:<36} {:>8.2} {:>8.2} {:>8.2} {ratio:>10.2}",
            row.name,
            at(0.5),
            at(0.99),
            at(1.0)
        );
    }
    let worst = rows.iter().map(|row| row.ages.max()).max().unwrap_or_default();
    println!(
        "oldest trigger of all: {:.1} ms (bar 250 ms; Slack accepts 3,000)",
        Duration::from_micros(worst).as_secs_f64() * 1e3
    );
    Ok(())
}

fn add(rows: &mut Vec<Row>, name: &str, ages: Vec<u64>) -> anyhow::Result<()> {
    let known = rows.iter().position(|row| row.name == name);
    if known.is_none() {
        rows.push(Row {
            name: name.to_owned(),
            ages: Histogram::new(3)?,
        });
    }
    let at = known.unwrap_or(rows.len() - 1);
    for age in ages {
        rows[at].ages.record(age)?;
    }
    Ok(())
}

/// The least that anybody can do: the press is known at once, and the call leaves.
async fn bare(plan: &Plan) -> anyhow::Result<Vec<u64>> {
    let stage = Stage::prepare(None, Postman::Test).await?;
    let server = stage.serve(&["serve-grantbook"]).await?;
    stage.install().await?;
    let button = stage.offer(1).await?.remove(0);
    let user = IZZY.parse()?;
    let token = stage.store().await?.load_token(&stage.key).await?.context("a token")?;
    drop(server);
    let token = AccessToken::new(token.access.expose_secret());
    let slack = SlackClient::new(stage.sim.url().parse()?, HttpClient::new(&HttpSettings::default())?)
        .with_policy(RetryPolicy::NONE);
    for _ in 0..WARM + plan.presses {
        let trigger_id = stage.press(&button, &user).await?.trigger_id.context("a trigger")?;
        let scopes = vec![Scope::new("commands")?];
        let arguments = PermissionsRequest { scopes, trigger_id };
        slack.call(&Caller::new(&token, &stage.key), &arguments).await?;
        tokio::time::sleep(PACE).await;
    }
    let ages = ages(&stage.spent(WARM + plan.presses).await?, plan.presses);
    stage.sim.shutdown().await;
    Ok(ages)
}

/// The console, the database well, and then held.
async fn console(plan: &Plan, database: Option<String>) -> anyhow::Result<[Vec<u64>; 2]> {
    let stage = Stage::prepare(database, Postman::Simulator).await?;
    let server = stage.serve(&["serve-grantbook"]).await?;
    stage.install().await?;
    let buttons = stage.offer(WARM).await?;
    let user = IZZY.parse()?;
    press(&stage, &buttons, &user, WARM).await?;
    let before = WARM + plan.presses;
    press(&stage, &buttons, &user, plan.presses).await?;
    let well = ages(&stage.spent(before).await?, plan.presses);
    recorded(&stage, before).await?;
    let held = Held::every_table(&stage.database).await?;
    let began = tokio::time::Instant::now();
    press(&stage, &buttons, &user, plan.presses).await?;
    let slow = ages(&stage.spent(before + plan.presses).await?, plan.presses);
    tokio::time::sleep_until(began + HELD).await;
    held.release().await?;
    recorded(&stage, before + plan.presses).await?;
    drop(server);
    stage.sim.shutdown().await;
    Ok([well, slow])
}

async fn press(stage: &Stage, buttons: &[Button], user: &UserId, count: usize) -> anyhow::Result<()> {
    for button in buttons.iter().cycle().take(count) {
        stage.press(button, user).await?;
        tokio::time::sleep(PACE).await;
    }
    Ok(())
}

/// Waits until the database has every press.
async fn recorded(stage: &Stage, count: usize) -> anyhow::Result<()> {
    until("every press is recorded", async || {
        let known: u64 = stage.listed(&[]).await?.iter().map(|request| request.presses).sum();
        Ok((known == u64::try_from(count)?).then_some(()))
    })
    .await
}

/// The ages of the latest so many triggers, in microseconds.
fn ages(triggers: &[Trigger], count: usize) -> Vec<u64> {
    let age = |trigger: &Trigger| {
        let micros = trigger.spent_at?.micros() - trigger.issued_at.micros();
        u64::try_from(micros).ok()
    };
    triggers.iter().take(count).filter_map(age).collect()
}
