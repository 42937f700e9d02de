//! The process that refreshes is killed (`SIGKILL`) at each step in turn, with callers waiting at both. They go
//! to the other one, as behind a load balancer, until they have a token or know that there is none.
//!
//! A lease of the dead lasts half a minute of real time, so the steps run side by side.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use grantbook_simulator::RotationOutcome::{Refreshed, Refused, Reused};
use grantbook_tests::{
    postgres::{Durability, Postgres},
    stage::until,
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{
    holds::{Held, Write},
    line::{Hold, Line},
    scene::Pair,
};
use crate::rotation::scene::Scheme;

const CALLERS: usize = 20;
/// How long a caller goes on asking.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where it dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The lease is taken, and nothing marked.
    Leased,
    /// It is marked, and the question has left; Slack never hears it.
    Marked,
    /// Slack has refreshed, and its answer is under way.
    Spent,
    /// The answer is here, and not committed.
    Answered,
    /// The new token is committed, and nobody was told.
    Committed,
}

/// What a caller knows in the end: the status and the document.
type Answer = (StatusCode, Value);

/// Asks the console `number` until it answers for good, and the other one when it is gone.
async fn insist(pair: Arc<Pair>, mut number: usize) -> anyhow::Result<Answer> {
    let give_up = Instant::now() + PATIENCE;
    loop {
        match pair.ask(number, &pair.path("/token")).await {
            Ok((StatusCode::SERVICE_UNAVAILABLE, problem)) => {
                ensure!(Instant::now() < give_up, "still {}", problem["code"]);
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Ok(answer) => return Ok(answer),
            Err(_gone) => number = 1 - number,
        }
    }
}

/// Callers at both consoles, while the one that refreshes dies at `step`; what they know in the end.
async fn die(pair: &Arc<Pair>, step: Step) -> anyhow::Result<(usize, Vec<Answer>)> {
    let held = match step {
        Step::Leased => Some(Held::at(&pair.database, Write::Mark).await?),
        Step::Answered | Step::Committed => Some(Held::at(&pair.database, Write::NewToken).await?),
        Step::Marked | Step::Spent => None,
    };
    match step {
        Step::Marked => pair.hold(Hold::Question),
        Step::Spent => pair.hold(Hold::Answer),
        _ => {}
    }
    pair.end_the_token().await?;
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        callers.spawn(insist(Arc::clone(pair), number % 2));
    }
    let victim = match &held {
        Some(held) => Pair::number(&held.who().await?)?,
        None => {
            until("a refresh is under way", async || {
                Ok(pair.lines.iter().position(|line| line.held() > 0))
            })
            .await?
        }
    };
    let spent = matches!(step, Step::Spent | Step::Answered | Step::Committed);
    assert_eq!(pair.count(Refreshed), usize::from(spent), "{step:?}");
    match held {
        Some(held) if step == Step::Committed => {
            let taken = held.release_behind_a_lock().await?;
            assert_eq!(taken.generation().await?, 2, "it is committed");
            pair.kill(victim)?;
            taken.release().await?;
        }
        Some(held) => {
            pair.kill(victim)?;
            held.release().await?;
        }
        None => {
            pair.kill(victim)?;
            pair.hold(Hold::Nowhere);
        }
    }
    let mut answers = Vec::new();
    while let Some(answer) = callers.join_next().await {
        answers.push(answer??);
    }
    Ok((1 - victim, answers))
}

/// What both sides did over the whole time: refreshes that left a console, and those that Slack carried out.
fn done(pair: &Pair) -> (usize, usize) {
    assert_eq!((pair.count(Reused), pair.count(Refused)), (0, 0), "nothing is guessed");
    let left = pair.lines.iter().map(Line::refreshes).sum();
    (left, pair.count(Refreshed))
}

/// All have the same new token, and the page says so.
async fn heals(pair: &Pair, left: usize, answers: &[Answer]) -> anyhow::Result<()> {
    for (status, document) in answers {
        ensure!(*status == StatusCode::OK, "{status}: {}", document["code"]);
        assert_eq!(document["generation"], 2);
        assert!(document["token"] == answers[0].1["token"], "all have the same token");
    }
    assert!(pair.works(answers[0].1["token"].as_str().context("a token")?).await?);
    let (_, shown) = pair.ask(left, &pair.path("")).await?;
    assert_eq!(
        (&shown["token"]["state"], &shown["token"]["problem"]),
        (&json!("live"), &Value::Null)
    );
    Ok(())
}

/// All are told to have the app installed again, and where; so says the page, and that repairs it.
async fn asks_for_a_person(pair: &Pair, left: usize, answers: &[Answer]) -> anyhow::Result<()> {
    for (status, problem) in answers {
        assert_eq!(
            (*status, &problem["code"]),
            (StatusCode::CONFLICT, &json!("needs_reauthorization"))
        );
        assert_eq!(problem["install_url"], answers[0].1["install_url"]);
    }
    let detail = answers[0].1["detail"].as_str().context("a sentence")?;
    assert!(
        detail.ends_with("needs a new authorization (interrupted); install the app again."),
        "{detail}"
    );
    let (_, shown) = pair.ask(left, &pair.path("")).await?;
    let token = &shown["token"];
    assert_eq!(
        (&token["state"], &token["problem"]),
        (&json!("needs_reauthorization"), &json!("interrupted"))
    );
    let before = done(pair);

    pair.through(answers[0].1["install_url"].as_str().context("an address")?)
        .await?;
    let (status, document) = pair.ask(left, &pair.path("/token")).await?;
    assert_eq!((status, &document["generation"]), (StatusCode::OK, &json!(2)));
    assert!(pair.works(document["token"].as_str().context("a token")?).await?);
    let (_, shown) = pair.ask(left, &pair.path("")).await?;
    assert_eq!(
        (&shown["token"]["state"], &shown["token"]["problem"]),
        (&json!("live"), &Value::Null)
    );
    assert_eq!(done(pair), before, "repaired by the installation alone");
    Ok(())
}

async fn dies_at(database: String, scheme: Scheme, step: Step) -> anyhow::Result<()> {
    let began = Instant::now();
    let pair = Arc::new(Pair::start(database, scheme).await?);
    let (left, answers) = die(&pair, step).await?;
    assert_eq!(answers.len(), CALLERS);
    let single_use = scheme == Scheme::Modern;
    let expected = match step {
        Step::Leased | Step::Committed => (1, 1),
        Step::Marked if single_use => (1, 0),
        Step::Spent | Step::Answered if single_use => (1, 1),
        // The refresh token is reusable: the next process comes again with it.
        Step::Marked => (2, 1),
        Step::Spent | Step::Answered => (2, 2),
    };
    assert_eq!(done(&pair), expected);
    if single_use && matches!(step, Step::Marked | Step::Spent | Step::Answered) {
        asks_for_a_person(&pair, left, &answers).await?;
    } else {
        heals(&pair, left, &answers).await?;
    }
    println!("{scheme:?}, {step:?}: {} s", began.elapsed().as_secs());
    Ok(())
}

async fn dies_at_each_step(scheme: Scheme) -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    let dies_at = async |step| {
        let ended = Box::pin(dies_at(postgres.fresh_database()?, scheme, step)).await;
        ended.with_context(|| format!("{scheme:?}, {step:?}"))
    };
    tokio::try_join!(
        dies_at(Step::Leased),
        dies_at(Step::Marked),
        dies_at(Step::Spent),
        dies_at(Step::Answered),
        dies_at(Step::Committed),
    )?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_step_of_a_workspace_tokens_refresh_the_other_console_heals_it() -> anyhow::Result<()> {
    dies_at_each_step(Scheme::Workspace).await
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_where_a_modern_refresh_may_be_spent_a_person_is_asked_and_otherwise_it_heals() -> anyhow::Result<()> {
    dies_at_each_step(Scheme::Modern).await
}
