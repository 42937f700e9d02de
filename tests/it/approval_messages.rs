//! App requests in Slack: posted for the approvers, decided by their buttons, updated wherever they are decided, and
//! answered to whoever asked. The simulator is Slack, the console listens on a socket of its own.

mod pressing;
mod scene;
mod sending;
mod time;

use scene::Scene;

on_both!(
    a_press_of_an_approver_decides_and_everybody_is_told,
    a_press_of_anybody_else_decides_nothing,
    a_value_that_was_forged_copied_or_kept_decides_nothing,
    pressing_twice_decides_once,
    the_message_follows_what_is_decided_elsewhere,
    what_may_have_been_posted_is_not_posted_again,
    the_requester_is_asked_why,
    approvers_are_reminded_and_others_called_once,
    what_nobody_decides_is_cancelled,
    a_time_boxed_approval_is_announced_extended_and_ended_once,
);

async fn a_press_of_an_approver_decides_and_everybody_is_told(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(pressing::decides(Scene::new(database).await?)).await
}

async fn a_press_of_anybody_else_decides_nothing(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(pressing::roles(Scene::new(database).await?)).await
}

async fn a_value_that_was_forged_copied_or_kept_decides_nothing(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(pressing::forged(Scene::new(database).await?)).await
}

async fn pressing_twice_decides_once(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(pressing::twice(Scene::new(database).await?)).await
}

async fn the_message_follows_what_is_decided_elsewhere(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(sending::follows(Scene::new(database).await?)).await
}

async fn what_may_have_been_posted_is_not_posted_again(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(sending::once(Scene::new(database).await?)).await
}

async fn the_requester_is_asked_why(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(sending::asks(Scene::new(database).await?)).await
}

async fn approvers_are_reminded_and_others_called_once(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(time::waiting(Scene::new(database).await?)).await
}

async fn what_nobody_decides_is_cancelled(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(time::expiry(Scene::new(database).await?)).await
}

async fn a_time_boxed_approval_is_announced_extended_and_ended_once(database: Option<String>) -> anyhow::Result<()> {
    Box::pin(time::boxed(Scene::new(database).await?)).await
}
