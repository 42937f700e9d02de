//! The answer to a refresh is lost, in a real browser: the installation reads *needs re-authorization*, and one
//! click, with a yes at Slack, repairs it.

use std::time::Duration;

use grantbook_core::view::Role;
use grantbook_flows::keys::{KeyRights, Keys};
use grantbook_simulator::{
    Builder, Fault,
    RotationOutcome::{Issued, Refreshed},
    VirtualClock,
};
use grantbook_tests::{
    browser::{Browser, ColorScheme, Viewport},
    ground::rotating,
};
use reqwest::{Client, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::{console::Console, main_job::picture, pages::sign_in};

const TEAM: &str = "T061EG9R6";
const IZZY: &str = "U061F7AUR";
const PAGE: &str = "workspaces/T061EG9R6?app=atlas";
/// Twelve hours and a second, in seconds.
const LIFETIME: i64 = 43_201;

/// What the card about the token says.
async fn card(browser: &Browser, wanted: &str) -> anyhow::Result<()> {
    let what = format!("`{wanted}` on the token's card");
    let said = async || {
        let card = browser.wait_for_css("#tokens").await?;
        Ok(card.text().await?.contains(wanted).then_some(()))
    };
    browser.wait_for(&what, said).await
}

/// A picture with the card in its middle.
async fn card_pictured(browser: &Browser, name: &str) -> anyhow::Result<()> {
    let script = "document.querySelector('#tokens').scrollIntoView({ block: 'center' })";
    browser.client().execute(script, Vec::new()).await?;
    picture(browser, name).await
}

/// Slack's page: the person chooses the workspace and says yes.
async fn allow(browser: &Browser) -> anyhow::Result<()> {
    browser.wait_for_css("#allow").await?;
    let here = browser.client().current_url().await?;
    let team = if here.query_pairs().any(|(name, _)| name == "team") {
        String::new()
    } else {
        format!("&team={TEAM}")
    };
    browser.open(&format!("{here}{team}&user={IZZY}")).await?;
    browser.click("#allow").await
}

async fn begin(browser: &Browser, console: &Console) -> anyhow::Result<()> {
    sign_in(browser, console, "admin", "workspaces").await?;
    browser.wait_for_text("Install an app").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_a_refresh_is_shown_and_one_click_repairs_it() -> anyhow::Result<()> {
    // It is turned to what it is on the wall, which the browser has.
    let clock = VirtualClock::new();
    clock.set(clock.now().plus_seconds(-LIFETIME));
    let slack = |sim: Builder| sim.clock(clock).without_rate_limits();
    let (sim, console) = Console::beside(rotating(true), slack).await?;
    console.register_all(&sim.apps()).await?;
    let rights = KeyRights {
        role: Role::Admin,
        tokens: true,
    };
    let key = Keys::new(console.house.clone()).create("a bolt app", rights).await?.key;
    let http = Client::builder().no_proxy().build()?;
    let token = async || -> anyhow::Result<(StatusCode, Value)> {
        let address = console.at("api/v1/installations/atlas.T061EG9R6/token");
        let answer = http.get(address).bearer_auth(key.expose_secret()).send().await?;
        Ok((answer.status(), answer.json().await?))
    };
    let told = || sim.rotations().into_iter().map(|line| line.outcome).collect::<Vec<_>>();

    let browser = Browser::start(Viewport::Desktop, ColorScheme::Light).await?;
    begin(&browser, &console).await?;
    browser
        .open(&console.at(&format!("slack/atlas/install?team={TEAM}")))
        .await?;
    allow(&browser).await?;
    card(&browser, "Token live").await?;
    assert_eq!(token().await?.0, StatusCode::OK);

    sim.fault("oauth.v2.access", Fault::LostAnswer, 1);
    sim.clock().advance(Duration::from_secs(LIFETIME.unsigned_abs()));
    let (status, problem) = token().await?;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::CONFLICT, &json!("needs_reauthorization"))
    );
    let door = console.at(&format!("slack/atlas/install?team={TEAM}"));
    assert_eq!(problem["install_url"], json!(door), "programs are told where, too");
    // The session was for twelve hours, too.
    begin(&browser, &console).await?;
    browser.open(&console.at(PAGE)).await?;
    card(
        &browser,
        "Needs re-authorization: the answer to the last refresh was lost.",
    )
    .await?;
    card_pictured(&browser, "40-needs-re-authorization").await?;

    browser.click("#tokens a[data-again]").await?;
    allow(&browser).await?;
    card(&browser, "Token live").await?;
    card(&browser, "Refreshes by itself around").await?;
    card_pictured(&browser, "41-repaired").await?;
    let (status, document) = token().await?;
    assert_eq!((status, &document["generation"]), (StatusCode::OK, &json!(2)));
    let works = http.post(format!("{}/api/auth.test", sim.url()));
    let works = works.bearer_auth(document["token"].as_str().unwrap_or_default());
    let works: Value = works.send().await?.json().await?;
    assert_eq!(works["ok"], true);
    assert_eq!(
        told(),
        [Issued, Refreshed, Issued],
        "the lost pair was never guessed at"
    );
    browser.close().await?;
    sim.shutdown().await;
    console.stop().await
}
