//! App requests against the simulator: they come by event and by Slack's lists, are decided here, in Slack or by
//! rules, and end as Slack's own lists have them, whatever goes wrong on the way.

mod ahead;
mod crowd;
mod deciding;
mod failing;
mod reading;
mod scene;

use grantbook_tests::postgres::{Durability, Postgres};
use scene::Scene;

#[test]
#[ignore = "not a test: the process that the test of the crowd starts and kills"]
fn the_server() {
    let _ = grantbook_server::cli::main_of(["grantbook", "serve"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_requests_are_decided_once_each() -> anyhow::Result<()> {
    let postgres = Postgres::start(Durability::Relaxed)?;
    crowd::decided_once(postgres.fresh_database()?).await
}

on_both!(
    a_request_is_kept_once_and_rules_or_people_decide_it,
    what_is_decided_in_slack_is_noticed,
    an_answer_lost_after_the_deed_is_found_in_the_lists,
    a_refusal_of_slacks_puts_it_back_into_the_queue,
    several_must_agree_and_nobody_decides_their_own,
    apps_are_decided_about_ahead_of_any_request,
    a_decision_ahead_ends_as_slacks_lists_have_it,
    what_is_changed_elsewhere_is_an_alarm,
);

async fn apps_are_decided_about_ahead_of_any_request(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(ahead::decided_ahead(Scene::new(database).await?)).await
}

async fn a_decision_ahead_ends_as_slacks_lists_have_it(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(ahead::lost_ahead(Scene::new(database).await?)).await
}

async fn what_is_changed_elsewhere_is_an_alarm(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(ahead::alarmed(Scene::new(database).await?)).await
}

async fn a_request_is_kept_once_and_rules_or_people_decide_it(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(reading::kept_once(Scene::new(database).await?)).await
}

async fn what_is_decided_in_slack_is_noticed(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(reading::noticed(Scene::new(database).await?)).await
}

async fn an_answer_lost_after_the_deed_is_found_in_the_lists(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(failing::lost_answers(Scene::new(database).await?)).await
}

async fn a_refusal_of_slacks_puts_it_back_into_the_queue(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(failing::refused(Scene::new(database).await?)).await
}

async fn several_must_agree_and_nobody_decides_their_own(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(deciding::several(Scene::new(database).await?)).await
}
