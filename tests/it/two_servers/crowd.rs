//! A thousand callers at once of one token that has ended.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;
use grantbook_simulator::RotationOutcome::{Issued, Refreshed, Refused, Reused};
use grantbook_tests::{
    postgres::{Durability, Postgres},
    stage::until,
};
use tokio::task::block_in_place;

use super::{
    callers::{Answer, Callers},
    line::{Hold, Line},
    scene::Pair,
};
use crate::rotation::scene::Scheme;

const CALLERS: usize = 1_000;
const PROCESSES: usize = 2;

/// All are under way before the only refresh is answered; what each was told.
async fn ask(pair: &Pair) -> anyhow::Result<Vec<Answer>> {
    let order = pair.order(CALLERS / PROCESSES);
    let mut processes = block_in_place(|| {
        let started = (0..PROCESSES).map(|_| Callers::start(&order));
        started.collect::<anyhow::Result<Vec<_>>>()
    })?;
    pair.end_the_token().await?;
    pair.hold(Hold::Answer);
    block_in_place(|| processes.iter_mut().try_for_each(Callers::go))?;
    block_in_place(|| processes.iter_mut().try_for_each(Callers::asked))?;
    until("Slack has answered a refresh", async || {
        let held: usize = pair.lines.iter().map(Line::held).sum();
        Ok((held > 0).then_some(()))
    })
    .await?;
    pair.hold(Hold::Nowhere);
    let mut answers = Vec::new();
    for process in processes {
        answers.extend(block_in_place(|| process.answers())?);
    }
    Ok(answers)
}

async fn one_refresh_serves_a_thousand(scheme: Scheme) -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    let pair = Pair::start(postgres.fresh_database()?, scheme).await?;
    let (_, before) = pair.ask(0, &pair.path("/token")).await?;
    let answers = ask(&pair).await?;

    let mut told: BTreeMap<(u16, String), usize> = BTreeMap::new();
    let mut tokens = BTreeSet::new();
    for answer in &answers {
        let code = answer.body["code"].as_str().unwrap_or_default().to_owned();
        *told.entry((answer.status, code)).or_default() += 1;
        tokens.insert(answer.body["token"].as_str().unwrap_or_default().to_owned());
        ensure!(
            answer.body["generation"] == 2 || answer.status != 200,
            "the token of before"
        );
    }
    assert_eq!(told, [((200, String::new()), CALLERS)].into());
    for address in pair.addresses {
        let here = answers.iter().filter(|answer| answer.address == address).count();
        assert_eq!(here, CALLERS / 2, "both consoles answered half of them");
    }
    let refreshes: usize = pair.lines.iter().map(Line::refreshes).sum();
    assert_eq!(refreshes, 1, "one refresh was on its way");
    assert_eq!(
        (
            pair.count(Issued),
            pair.count(Refreshed),
            pair.count(Reused),
            pair.count(Refused)
        ),
        (1, 1, 0, 0)
    );
    // Compared without showing either.
    let new: Vec<_> = tokens.into_iter().collect();
    assert!(new.len() == 1 && Some(new[0].as_str()) != before["token"].as_str());
    assert!(pair.works(&new[0]).await?, "and it is Slack's");
    let (_, shown) = pair.ask(1, &pair.path("")).await?;
    assert_eq!(shown["token"]["state"], "live");
    pair.sim.shutdown().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_callers_of_an_ended_workspace_token_one_refreshes() -> anyhow::Result<()> {
    one_refresh_serves_a_thousand(Scheme::Workspace).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_callers_of_an_ended_modern_token_one_refreshes() -> anyhow::Result<()> {
    one_refresh_serves_a_thousand(Scheme::Modern).await
}
