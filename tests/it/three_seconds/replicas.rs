//! Two consoles on one database, as behind a load balancer: a press may come to either, and to both.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use grantbook_core::request::StateName;
use grantbook_simulator::Action;
use grantbook_tests::{
    load::Signed,
    postgres::{Durability, Postgres},
    site::{self, Server},
    slow::Held,
    stage::{Button, METHOD, Postman, Stage, TEAM, until},
};

use super::{SERVER, deliver, is_asked, refusals, rounds, signed, triggers};

const PRESSES: usize = 20;
/// Each console looks once a second for what the others have sent.
const LOOKS: Duration = Duration::from_secs(3);

/// Two consoles, and messages that one of them has sent.
struct Pair {
    stage: Stage,
    buttons: Vec<Button>,
    /// Where the second console listens.
    other: SocketAddr,
    _servers: [Server; 2],
}

async fn pair(postgres: &Postgres) -> anyhow::Result<Pair> {
    let stage = Stage::prepare(Some(postgres.fresh_database()?), Postman::Test).await?;
    let other = site::free_address()?;
    let servers = [stage.serve(&SERVER).await?, stage.serve_at(other, &SERVER).await?];
    stage.install().await?;
    let buttons = stage.offer(PRESSES).await?;
    // Slack's clock stands: nothing here is about time.
    stage.sim.clock().freeze();
    Ok(Pair {
        stage,
        buttons,
        other,
        _servers: servers,
    })
}

/// Everybody presses; nothing is delivered yet.
async fn press_all(stage: &Stage, buttons: &[Button]) -> anyhow::Result<Vec<Signed>> {
    let people = stage.people()?;
    let mut presses = Vec::new();
    for (button, user) in buttons.iter().zip(people.iter().cycle()) {
        presses.push(signed(stage, &stage.press(button, user).await?));
    }
    Ok(presses)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_reaches_two_consoles_counts_as_presented() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    let Pair {
        stage,
        buttons,
        other,
        _servers,
    } = pair(&postgres).await?;
    let presses = press_all(&stage, &buttons).await?;
    let (here, there) = tokio::join!(deliver(stage.address(), presses.clone()), deliver(other, presses));
    assert!(here.iter().chain(&there).all(|answer| answer.status == Some(200)));

    // Both consoles have asked, and both have written down what came of it.
    let store = stage.store().await?;
    until("both calls of every press are recorded", async || {
        for button in &buttons {
            let request = store.request(button.request).await?.unwrap();
            if request.steps().iter().filter(|step| is_asked(step)).count() < 2 {
                return Ok(None);
            }
        }
        Ok(Some(()))
    })
    .await?;
    let mut answered: BTreeMap<String, Vec<Option<String>>> = BTreeMap::new();
    for call in stage.sim.calls(METHOD) {
        answered
            .entry(call.arguments["trigger_id"].clone())
            .or_default()
            .push(call.error);
    }
    assert_eq!(answered.len(), PRESSES);
    for mut answers in answered.into_values() {
        answers.sort();
        assert_eq!(answers, [None, Some("trigger_exchanged".to_owned())]);
    }
    for button in &buttons {
        let request = store.request(button.request).await?.unwrap();
        assert_eq!(request.state().name(), StateName::Presented, "{:?}", request.steps());
        let shown = stage.story(button.request).await?;
        assert_eq!((shown.request.presses, shown.rounds.len()), (1, 1));
        assert_eq!(shown.rounds[0].outcome.as_deref(), Some("presented"));
    }
    store.close().await?;
    stage.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_has_the_tokens_at_hand_for_messages_that_another_one_sent() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    let Pair {
        stage,
        buttons,
        other,
        _servers,
    } = pair(&postgres).await?;
    tokio::time::sleep(LOOKS).await;
    let presses = press_all(&stage, &buttons).await?;
    let (to_one, to_other) = presses.split_at(PRESSES / 2);
    let held = Held::every_table(&stage.database).await?;
    tokio::join!(
        deliver(stage.address(), to_one.to_vec()),
        deliver(other, to_other.to_vec())
    );
    // The tables are still held, so that no token can come from there.
    stage.spent(PRESSES).await?;
    held.release().await?;
    for button in &buttons {
        stage.reaches(button.request, StateName::Presented).await?;
    }
    assert_eq!(rounds(&stage, &buttons).await?, triggers(&stage));
    assert_eq!((stage.sim.calls(METHOD).len(), refusals(&stage)), (PRESSES, Vec::new()));
    stage.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_takes_up_the_token_of_an_install_at_another_one() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    let Pair {
        stage,
        buttons,
        other,
        _servers,
    } = pair(&postgres).await?;
    tokio::time::sleep(LOOKS).await;
    let revoke = Action::RevokeTokens {
        app: "insectoid".to_owned(),
        team: TEAM.parse()?,
    };
    stage.sim.act(revoke).await?;
    stage.sim.idle().await;
    // At the first console; the second one still holds the token that is over.
    stage.install().await?;
    let presses = press_all(&stage, &buttons).await?;
    deliver(other, presses).await;
    for button in &buttons {
        let story = stage.reaches(button.request, StateName::Presented).await?;
        assert_eq!((story.request.presses, story.rounds.len()), (1, 1));
    }
    assert!(
        refusals(&stage).iter().all(|error| error == "token_revoked"),
        "{:?}",
        refusals(&stage)
    );
    stage.sim.shutdown().await;
    Ok(())
}
