//! The main job in a real browser: sign in, install through the consent page, see exactly what was
//! consented, grant one more channel in the simulator, and watch it appear without a reload.
//!
//! With `GRANTBOOK_SCREENSHOTS=folder` each step is kept as a picture; `docs/screenshots` was made so.

use std::{collections::BTreeSet, path::PathBuf};

use anyhow::{Context as _, ensure};
use fantoccini::Locator;
use grantbook_core::ResourceType;
use grantbook_simulator::{Seed, SlackSim, VirtualClock};
use grantbook_tests::browser::{Browser, ColorScheme, Viewport};
use serde_json::Value;

use crate::console::{Console, PASSWORD, reserve};

const TEAM: &str = "T061EG9R6";
const IZZY: &str = "U061F7AUR";
const INSECTOID: &str = "A0BLA3EP2";

/// Keeps a picture where pictures are asked for.
pub(crate) async fn picture(browser: &Browser, name: &str) -> anyhow::Result<()> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test is told by its environment where pictures go"
    )]
    let folder = std::env::var("GRANTBOOK_SCREENSHOTS");
    match folder {
        Ok(folder) => {
            browser
                .screenshot(PathBuf::from(folder).join(format!("{name}.png")))
                .await
        }
        Err(_) => Ok(()),
    }
}

/// The cells of the matrix in one state, as `scope|resource`.
async fn cells(browser: &Browser, state: &str) -> anyhow::Result<BTreeSet<String>> {
    let script =
        "return [...document.querySelectorAll(`[data-cell][data-state=\"${arguments[0]}\"]`)].map(c => c.dataset.cell)";
    let found = browser.client().execute(script, vec![Value::from(state)]).await?;
    let found = found.as_array().context("a list")?;
    Ok(found
        .iter()
        .filter_map(|cell| cell.as_str().map(str::to_owned))
        .collect())
}

async fn sign_in(browser: &Browser, console: &Console) -> anyhow::Result<()> {
    browser.open(&console.at("workspaces")).await?;
    browser.wait_for_css("#password").await?;
    picture(browser, "1-sign-in").await?;
    browser.fill("#name", "admin").await?;
    browser.fill("#password", PASSWORD).await?;
    browser.click("form button[type=submit]").await?;
    browser.wait_for_text("Install an app").await?;
    picture(browser, "2-nothing-installed").await
}

/// From the button on the page, through the simulator's consent page, back to the workspace.
async fn install(browser: &Browser, channels: &[&str]) -> anyhow::Result<()> {
    let button = browser
        .client()
        .find(Locator::XPath("//button[contains(., 'Install an app')]"))
        .await?;
    button.click().await?;
    browser.wait_for_text("Insectoid").await?;
    let option = "//*[@role='radiogroup' or @role='dialog' or self::dialog]//*[self::label or @role='radio'][contains(., 'Insectoid')]";
    browser.client().find(Locator::XPath(option)).await?.click().await?;
    picture(browser, "3-choose-an-app").await?;
    let link = "//a[contains(., 'Install Insectoid')]";
    browser
        .client()
        .wait()
        .for_element(Locator::XPath(link))
        .await?
        .click()
        .await?;
    browser.wait_for_css("#allow").await?;
    let here = browser.client().current_url().await?;
    browser.open(&format!("{here}&team={TEAM}&user={IZZY}")).await?;
    browser.wait_for_css("#allow").await?;
    for channel in channels {
        let chosen = browser
            .client()
            .find(Locator::Css(&format!("input[name=channel][value={channel}]")))
            .await?;
        if !chosen.is_selected().await? {
            chosen.click().await?;
        }
    }
    picture(browser, "4-consent").await?;
    browser.click("#allow").await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_install_is_seen_exactly_and_a_later_channel_appears_without_a_reload() -> anyhow::Result<()> {
    let (address, console_url) = reserve();
    let mut seed = Seed::northwind(console_url.as_str());
    let of_team = |kind| {
        let found = seed
            .conversations
            .iter()
            .filter(|c| c.team.as_str() == TEAM && c.kind == kind);
        found.map(|c| c.id.to_string()).collect::<Vec<_>>()
    };
    let channels = of_team(ResourceType::Channel);
    let (first, second, later) = (&channels[0], &channels[1], &channels[2]);
    for app in &mut seed.apps {
        app.token_rotation = false;
    }
    let sim = grantbook_tests::evidence::simulator()
        .seed(seed)
        .clock(VirtualClock::new())
        .console_url(console_url.as_str())
        .start()
        .await?;
    let console = Console::start(address, sim.url().parse()?, sim.clock().clone()).await?;
    console.register_all(&sim.apps()).await?;
    let browser = Browser::start(Viewport::Desktop, ColorScheme::Light).await?;

    sign_in(&browser, &console).await?;
    install(&browser, &[first, second]).await?;

    browser.wait_for_css("[data-cell]").await?;
    let granted = browser
        .wait_for("the chosen channels in the matrix", async || {
            let granted = cells(&browser, "granted").await?;
            let both = [first, second]
                .iter()
                .all(|channel| granted.contains(&format!("chat:write|{channel}")));
            Ok(both.then_some(granted))
        })
        .await?;
    picture(&browser, "5-the-matrix").await?;
    assert_eq!(granted, consented(&sim)?, "the matrix shows exactly what was consented");
    ensure!(
        !granted.iter().any(|cell| cell.contains(later.as_str())),
        "{later} was not chosen"
    );

    // A second window is the simulator's client; the first stays open and is not reloaded.
    let page = browser.client().window().await?;
    browser
        .client()
        .execute("window.wasHereBefore = true", Vec::new())
        .await?;
    let other = browser.client().new_window(true).await?;
    browser.client().switch_to_window(other.handle).await?;
    browser
        .open(&format!("{}/client?team={TEAM}&user={IZZY}&at={INSECTOID}", sim.url()))
        .await?;
    let select = browser.wait_for_css("#access select[name=channel]").await?;
    select.select_by_value(later).await?;
    picture(&browser, "6-grant-in-the-simulator").await?;
    browser.click("#access button[data-action=add-resource]").await?;
    browser
        .wait_for_css(&format!("#access [data-resource={later}]"))
        .await?;

    browser.client().switch_to_window(page).await?;
    let after = browser
        .wait_for("the new channel in the open page", async || {
            let granted = cells(&browser, "granted").await?;
            Ok(granted.contains(&format!("chat:write|{later}")).then_some(granted))
        })
        .await?;
    let kept = browser
        .client()
        .execute("return window.wasHereBefore === true", Vec::new())
        .await?;
    assert_eq!(kept, Value::Bool(true), "the page was not reloaded");
    picture(&browser, "7-it-appears").await?;
    assert_eq!(after, consented(&sim)?);
    assert_eq!(
        browser
            .complaints()
            .await?
            .iter()
            .filter(|text| text.contains("Content Security"))
            .count(),
        0
    );

    phone(&browser, &console).await?;
    browser.close().await?;
    sim.shutdown().await;
    console.stop().await
}

/// What Slack itself says is granted, as the matrix names it: scopes of a type on each resource of it.
fn consented(sim: &SlackSim) -> anyhow::Result<BTreeSet<String>> {
    let world = sim.world();
    let installation = world
        .installation(&INSECTOID.parse()?, &TEAM.parse()?)
        .context("installed")?;
    let mut expected = BTreeSet::new();
    for (kind, scopes) in &installation.scopes {
        // What the app may do in the whole workspace is shown as `all`.
        if matches!(kind, ResourceType::Team | ResourceType::User) {
            continue;
        }
        let ids = installation
            .resources
            .get(kind)
            .map(|granted| granted.ids.clone())
            .unwrap_or_default();
        expected.extend(
            scopes
                .iter()
                .flat_map(|scope| ids.iter().map(move |id| format!("{scope}|{id}"))),
        );
    }
    for (user, scopes) in &installation.users {
        expected.extend(scopes.iter().map(|scope| format!("{scope}|{user}")));
    }
    Ok(expected)
}

/// The same pages on a phone, in the dark: nothing scrolls sideways.
async fn phone(browser: &Browser, console: &Console) -> anyhow::Result<()> {
    browser.emulate(Viewport::Phone, ColorScheme::Dark).await?;
    for (path, name) in [
        ("workspaces/T061EG9R6", "8-phone-workspace"),
        ("workspaces", "9-phone-workspaces"),
        ("history", "10-phone-history"),
    ] {
        browser.open(&console.at(path)).await?;
        browser.wait_for_text("Northwind HQ").await?;
        let script = "return document.documentElement.scrollWidth <= window.innerWidth";
        let fits = browser.client().execute(script, Vec::new()).await?;
        assert_eq!(fits, Value::Bool(true), "{path} scrolls sideways");
        picture(browser, name).await?;
    }
    browser.emulate(Viewport::Desktop, ColorScheme::Light).await?;
    browser.open(&console.at("history")).await?;
    browser.wait_for_text("Northwind HQ").await?;
    picture(browser, "11-history").await
}
