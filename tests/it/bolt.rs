//! The recipes for Bolt: an app that answers a slash command with a token that only the console holds.

mod process;
mod scene;

use std::time::Duration;

use grantbook_simulator::Fault;

use process::{Language, Which};
use scene::{Scene, Where};

const REINSTALL: &str = "no working token here any more";

/// The command answered in its three lives: with the first token, after that has ended, after all were revoked.
async fn answers_as_long_as_the_console_has_a_token(language: Language) -> anyhow::Result<()> {
    let scene = Scene::start(language, Which::Recipe, Where::Workspace).await?;
    assert_eq!(scene.forged().await?, 401, "not signed by Slack");
    assert_eq!(scene.handed_out().await?.len(), 0);

    scene.types("onboarding").await?;
    let acknowledged = scene.reads("Asking who works on onboarding").await?;
    assert!(Scene::is_for_izzy_alone(&acknowledged));
    let posted = scene.reads("@izzy asks who works on onboarding.").await?;
    assert!(posted.only_for.is_none() && posted.app.is_some());
    scene.types("payroll").await?;
    scene.reads("@izzy asks who works on payroll.").await?;
    let handed_out = scene.handed_out().await?;
    assert_eq!(handed_out.len(), 1, "remembered: {handed_out:?}");
    assert_eq!(scene.tested(), ["ok", "ok"]);
    let first = scene.token().await?;

    scene.let_the_token_end();
    scene.types("travel").await?;
    scene.reads("@izzy asks who works on travel.").await?;
    assert_eq!(scene.tested(), ["ok", "ok", "token_expired", "ok"]);
    let handed_out = scene.handed_out().await?;
    assert_eq!(handed_out.len(), 2, "asked for anew: {handed_out:?}");
    let second = scene.token().await?;
    assert!(first != second, "and the console refreshed it");

    scene.revoke().await?;
    scene.types("benefits").await?;
    let sentence = scene.reads(REINSTALL).await?;
    assert!(Scene::is_for_izzy_alone(&sentence));
    assert_eq!(scene.handed_out().await?.len(), 2);
    scene.end(&[first, second]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn bolt_for_javascript_answers_as_long_as_the_console_has_a_token() -> anyhow::Result<()> {
    answers_as_long_as_the_console_has_a_token(Language::JavaScript).await
}

#[tokio::test(flavor = "multi_thread")]
async fn bolt_for_python_answers_as_long_as_the_console_has_a_token() -> anyhow::Result<()> {
    answers_as_long_as_the_console_has_a_token(Language::Python).await
}

/// An organization-wide installation is found under the organization's key, in whatever workspace one types.
async fn answers_in_an_organization(language: Language) -> anyhow::Result<()> {
    let scene = Scene::start(language, Which::Recipe, Where::Organization).await?;
    scene.types("onboarding").await?;
    scene.reads("@izzy asks who works on onboarding.").await?;
    let handed_out = scene.handed_out().await?;
    assert_eq!(handed_out[0].subject, "installation:atlas.E0N0RTHW1");
    let token = scene.token().await?;
    scene.end(&[token]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn bolt_for_javascript_knows_an_organization_by_its_own_key() -> anyhow::Result<()> {
    answers_in_an_organization(Language::JavaScript).await
}

#[tokio::test(flavor = "multi_thread")]
async fn bolt_for_python_knows_an_organization_by_its_own_key() -> anyhow::Result<()> {
    answers_in_an_organization(Language::Python).await
}

/// Slack wants fewer calls when the console refreshes: that passes, and the person is told so.
async fn says_when_to_try_again(language: Language) -> anyhow::Result<()> {
    let scene = Scene::start(language, Which::Recipe, Where::Workspace).await?;
    let first = scene.token().await?;
    scene.let_the_token_end();
    let fault = Fault::RateLimited { retry_after: 3 };
    scene.sim.fault("oauth.v2.access", fault, 1);
    scene.types("onboarding").await?;
    let sentence = scene.reads("Please try again in").await?;
    assert!(Scene::is_for_izzy_alone(&sentence));
    // The console waits a second longer than it was told, by real time: its client does not know the clock.
    tokio::time::sleep(Duration::from_secs(5)).await;
    scene.types("payroll").await?;
    scene.reads("@izzy asks who works on payroll.").await?;
    let second = scene.token().await?;
    scene.end(&[first, second]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn bolt_for_javascript_says_when_to_try_again() -> anyhow::Result<()> {
    says_when_to_try_again(Language::JavaScript).await
}

#[tokio::test(flavor = "multi_thread")]
async fn bolt_for_python_says_when_to_try_again() -> anyhow::Result<()> {
    says_when_to_try_again(Language::Python).await
}

/// Where Bolt wants an installation store, the console is one; Bolt says its own sentence where there is no token.
async fn takes_the_console_for_its_installation_store(language: Language) -> anyhow::Result<()> {
    let scene = Scene::start(language, Which::Store, Where::Workspace).await?;
    scene.types("onboarding").await?;
    scene.reads("@izzy asks who works on onboarding.").await?;
    let first = scene.token().await?;
    scene.let_the_token_end();
    scene.types("travel").await?;
    scene.reads("@izzy asks who works on travel.").await?;
    let second = scene.token().await?;
    scene.revoke().await?;
    scene.types("benefits").await?;
    let sentence = scene.reads("no longer available").await?;
    assert!(Scene::is_for_izzy_alone(&sentence));
    scene.end(&[first, second]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn bolt_for_javascript_takes_the_console_for_its_installation_store() -> anyhow::Result<()> {
    takes_the_console_for_its_installation_store(Language::JavaScript).await
}

#[tokio::test(flavor = "multi_thread")]
async fn bolt_for_python_takes_the_console_for_its_installation_store() -> anyhow::Result<()> {
    takes_the_console_for_its_installation_store(Language::Python).await
}
