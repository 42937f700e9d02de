//! A database that answers nobody for five seconds.

use std::time::Duration;

use grantbook_core::request::StateName;
use grantbook_tests::{
    postgres::{Durability, Postgres},
    slow::Held,
    stage::{METHOD, Postman, Stage},
};
use tokio::time::{Instant, sleep, sleep_until};

use super::{SERVER, refusals, rounds, triggers};

const PRESSES: usize = 20;
/// How long the database is held.
const HELD: Duration = Duration::from_secs(5);
/// Between two presses, so that they fall all over the time in which it is held.
const PACE: Duration = Duration::from_millis(100);
/// How old a trigger may be when it is spent, by the simulator's clock.
const BAR_MICROS: i64 = 250_000;

async fn calls_leave_while_the_database_is_held(database: Option<String>) -> anyhow::Result<()> {
    let stage = Stage::prepare(database, Postman::Simulator).await?;
    let _server = stage.serve(&SERVER).await?;
    stage.install().await?;
    let buttons = stage.offer(PRESSES).await?;
    let people = stage.people()?;

    let held = Held::every_table(&stage.database).await?;
    let began = Instant::now();
    for (button, user) in buttons.iter().zip(people.iter().cycle()) {
        stage.press(button, user).await?;
        sleep(PACE).await;
    }
    let spent = stage.spent(PRESSES).await?;
    assert!(began.elapsed() < HELD, "all were spent while the database was held");
    sleep_until(began + HELD).await;
    held.release().await?;

    let mut ages: Vec<i64> = spent
        .iter()
        .map(|trigger| trigger.spent_at.unwrap().micros() - trigger.issued_at.micros())
        .collect();
    ages.sort_unstable();
    println!("ages of {PRESSES} triggers when spent, in microseconds: {ages:?}");
    assert!(ages.iter().all(|age| *age <= BAR_MICROS), "{ages:?}");

    for button in &buttons {
        let story = stage.reaches(button.request, StateName::Presented).await?;
        assert_eq!((story.request.presses, story.rounds.len()), (1, 1));
    }
    assert_eq!(stage.listed(&[StateName::Presented]).await?.len(), PRESSES);
    assert_eq!(rounds(&stage, &buttons).await?, triggers(&stage));
    let store = stage.store().await?;
    for button in &buttons {
        let request = store.request(button.request).await?.unwrap();
        // Offered, pressed, asked: each once.
        assert_eq!(request.steps().len(), 3, "{:?}", request.steps());
        assert_eq!(request.state().name(), StateName::Presented);
    }
    store.close().await?;
    assert_eq!((stage.sim.calls(METHOD).len(), refusals(&stage)), (PRESSES, Vec::new()));
    stage.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_leave_at_once_while_sqlite_takes_no_writes() -> anyhow::Result<()> {
    calls_leave_while_the_database_is_held(None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_leave_at_once_while_postgresql_answers_nothing() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    calls_leave_while_the_database_is_held(Some(postgres.fresh_database()?)).await
}
