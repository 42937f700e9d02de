//! A console that is killed between the press and its record, and the one that follows on the same database
//! and journal.

use grantbook_core::request::{RequestId, StateName};
use grantbook_simulator::{Action, Answer, Fault};
use grantbook_tests::{
    postgres::{Durability, Postgres},
    slow::Held,
    stage::{Button, IZZY, METHOD, Postman, Stage, until},
};

use super::SERVER;

/// How long Slack takes to answer, where the answer must not come: longer than the console lives.
const NEVER_MS: u64 = 8_000;

/// A stage with a request in the channel, and its console.
async fn begin(database: Option<String>) -> anyhow::Result<(Stage, grantbook_tests::site::Server, Button)> {
    let stage = Stage::prepare(database, Postman::Simulator).await?;
    let server = stage.serve(&SERVER).await?;
    stage.install().await?;
    let button = stage.offer(1).await?.remove(0);
    Ok((stage, server, button))
}

/// Waits until the journal holds a line of this kind.
async fn journaled(stage: &Stage, kind: &str) -> anyhow::Result<()> {
    let mark = format!("{{\"{kind}\":");
    until(&format!("the journal says `{kind}`"), async || {
        let text = std::fs::read_to_string(stage.journal(stage.address())).unwrap_or_default();
        Ok(text.lines().any(|line| line.starts_with(&mark)).then_some(()))
    })
    .await
}

/// The person says yes, and that counts; there was one press and one call all along.
async fn allow(stage: &Stage, request: RequestId) -> anyhow::Result<()> {
    let dialogs = stage.sim.dialogs();
    assert_eq!((dialogs.len(), stage.sim.calls(METHOD).len()), (1, 1));
    let answer = Action::AnswerDialog {
        dialog: dialogs[0].id.clone(),
        answer: Answer::Allow,
        scopes: None,
    };
    stage.sim.act(answer).await?;
    let story = stage.reaches(request, StateName::Granted).await?;
    assert_eq!((story.request.presses, story.rounds.len()), (1, 1));
    assert_eq!(story.request.granted.len(), 1);
    Ok(())
}

/// Killed when Slack's answer is in the journal and the database has not heard of the press.
async fn killed_before_the_record(database: Option<String>) -> anyhow::Result<()> {
    let (stage, server, button) = begin(database).await?;
    let held = Held::every_table(&stage.database).await?;
    stage.press(&button, &IZZY.parse()?).await?;
    stage.spent(1).await?;
    journaled(&stage, "asked").await?;
    server.kill()?;
    held.release().await?;
    let database = stage.store().await?;
    let before = database.request(button.request).await?.unwrap();
    assert_eq!(
        before.state().name(),
        StateName::Offered,
        "the database knows nothing of the press"
    );
    database.close().await?;

    let _server = stage.serve(&SERVER).await?;
    let story = stage.reaches(button.request, StateName::Presented).await?;
    assert_eq!((story.request.presses, story.rounds.len()), (1, 1));
    assert!(story.rounds[0].left_us.is_some(), "what was measured is known");
    allow(&stage, button.request).await?;
    stage.sim.shutdown().await;
    Ok(())
}

/// Killed when the press is in the journal and Slack has not answered.
async fn killed_before_the_answer(database: Option<String>) -> anyhow::Result<()> {
    let (stage, server, button) = begin(database).await?;
    stage.sim.fault(METHOD, Fault::DelayMs { delay_ms: NEVER_MS }, 1);
    let held = Held::every_table(&stage.database).await?;
    stage.press(&button, &IZZY.parse()?).await?;
    journaled(&stage, "press").await?;
    stage.spent(1).await?;
    server.kill()?;
    held.release().await?;

    let _server = stage.serve(&SERVER).await?;
    let story = stage.reaches(button.request, StateName::Failed).await?;
    assert_eq!(story.request.code.as_deref(), Some("interrupted"));
    assert_eq!((story.request.presses, story.rounds.len()), (1, 1));
    // The dialog stands on the person's screen all the same.
    allow(&stage, button.request).await?;
    stage.sim.shutdown().await;
    Ok(())
}

/// Killed when a slow call had its press recorded already: the journal adds that nobody waits for it any more.
async fn killed_while_slack_is_slow(database: Option<String>) -> anyhow::Result<()> {
    let (stage, server, button) = begin(database).await?;
    stage.sim.fault(METHOD, Fault::DelayMs { delay_ms: NEVER_MS }, 1);
    stage.press(&button, &IZZY.parse()?).await?;
    stage.reaches(button.request, StateName::Triggered).await?;
    server.kill()?;

    let _server = stage.serve(&SERVER).await?;
    let story = stage.reaches(button.request, StateName::Failed).await?;
    assert_eq!(story.request.code.as_deref(), Some("interrupted"));
    assert_eq!((story.request.presses, story.rounds.len()), (1, 1));
    allow(&stage, button.request).await?;
    stage.sim.shutdown().await;
    Ok(())
}

/// Killed twice: what the second console left is the third one's.
async fn killed_again_before_the_record(database: Option<String>) -> anyhow::Result<()> {
    let (stage, server, button) = begin(database).await?;
    let held = Held::every_table(&stage.database).await?;
    stage.press(&button, &IZZY.parse()?).await?;
    stage.spent(1).await?;
    journaled(&stage, "asked").await?;
    server.kill()?;
    held.release().await?;
    for _ in 0..2 {
        // It may get to record the press before it dies, or not.
        stage.serve(&SERVER).await?.kill()?;
    }
    let _server = stage.serve(&SERVER).await?;
    stage.reaches(button.request, StateName::Presented).await?;
    allow(&stage, button.request).await?;
    stage.sim.shutdown().await;
    Ok(())
}

macro_rules! on_both {
    ($($scene:ident: $sqlite:ident, $postgresql:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $sqlite() -> anyhow::Result<()> {
            $scene(None).await
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn $postgresql() -> anyhow::Result<()> {
            let postgres = Postgres::start(Durability::Relaxed)?;
            $scene(Some(postgres.fresh_database()?)).await
        }
    )*};
}

on_both! {
    killed_before_the_record:
        what_slack_answered_is_recorded_by_the_next_console_on_sqlite,
        what_slack_answered_is_recorded_by_the_next_console_on_postgresql;
    killed_before_the_answer:
        a_press_without_slacks_answer_is_interrupted_and_its_grant_counts_on_sqlite,
        a_press_without_slacks_answer_is_interrupted_and_its_grant_counts_on_postgresql;
    killed_while_slack_is_slow:
        a_press_recorded_while_slack_was_slow_is_interrupted_once_on_sqlite,
        a_press_recorded_while_slack_was_slow_is_interrupted_once_on_postgresql;
    killed_again_before_the_record:
        a_console_killed_again_and_again_records_a_press_once_on_sqlite,
        a_console_killed_again_and_again_records_a_press_once_on_postgresql;
}
