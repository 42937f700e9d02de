//! Many presses at once, every second one delivered twice.

use std::collections::BTreeSet;

use grantbook_core::request::StateName;
use grantbook_tests::{
    load::Signed,
    postgres::{Durability, Postgres},
    stage::{METHOD, Postman, Stage, until},
};

use super::{SERVER, deliver, is_asked, refusals, rounds, signed, triggers};

/// Messages with a button.
const MESSAGES: usize = 50;
/// People who press each of them.
const PEOPLE: usize = 10;
const PRESSES: usize = MESSAGES * PEOPLE;

async fn a_crowd_presses_at_once(database: Option<String>) -> anyhow::Result<()> {
    let stage = Stage::prepare(database, Postman::Test).await?;
    let _server = stage.serve(&SERVER).await?;
    stage.install().await?;
    let buttons = stage.offer(MESSAGES).await?;
    let people: Vec<_> = stage.people()?.into_iter().take(PEOPLE).collect();
    // Slack's clock stands: the triggers of a crowd on a slow machine do not age.
    stage.sim.clock().freeze();
    let mut presses: Vec<Signed> = Vec::new();
    for button in &buttons {
        for (number, user) in people.iter().enumerate() {
            let press = signed(&stage, &stage.press(button, user).await?);
            // Every second one is delivered twice, at the same time.
            if number % 2 == 0 {
                presses.push(press.clone());
            }
            presses.push(press);
        }
    }
    assert_eq!(presses.len(), PRESSES + PRESSES / 2);
    let answers = deliver(stage.address(), presses).await;
    let refused = answers.iter().filter(|answer| answer.status != Some(200)).count();
    assert_eq!(refused, 0, "every delivery is acknowledged");
    stage.spent(PRESSES).await?;
    until("every press is recorded", async || {
        let known: u64 = stage
            .listed(&[StateName::Presented])
            .await?
            .iter()
            .map(|r| r.presses)
            .sum();
        Ok((known >= PRESSES as u64).then_some(()))
    })
    .await?;

    let calls = stage.sim.calls(METHOD);
    assert_eq!((calls.len(), refusals(&stage)), (PRESSES, Vec::new()));
    let asked: BTreeSet<_> = calls.iter().map(|call| &call.arguments["trigger_id"]).collect();
    assert_eq!(asked.len(), PRESSES, "no trigger is spent twice");
    let recorded = rounds(&stage, &buttons).await?;
    assert_eq!((recorded.len(), recorded), (PRESSES, triggers(&stage)));
    let store = stage.store().await?;
    for button in &buttons {
        let request = store.request(button.request).await?.unwrap();
        let asked = request.steps().iter().filter(|step| is_asked(step)).count();
        assert_eq!((asked, request.rounds().len()), (PEOPLE, PEOPLE));
    }
    store.close().await?;
    stage.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_presses_at_once_make_five_hundred_calls_on_sqlite() -> anyhow::Result<()> {
    a_crowd_presses_at_once(None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_presses_at_once_make_five_hundred_calls_on_postgresql() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    a_crowd_presses_at_once(Some(postgres.fresh_database()?)).await
}
