//! The story of progressive permissions in a real browser: the administrator asks on the console's pages,
//! @izzy reads, presses and answers in Slack's client, and the request's page, open all the while, tells how
//! it goes on. Then a no, a walk away, a press that comes too late, and a command.
//!
//! With `GRANTBOOK_SCREENSHOTS=folder` each step is kept as a picture; `docs/screenshots` was made so.

mod endings;
mod stage;

use std::{collections::BTreeMap, time::Duration};

use grantbook_core::{
    ResourceType,
    request::{RequestId, StateName},
};
use grantbook_tests::browser::{ColorScheme, Viewport};

use crate::{asking::TEAM, main_job::picture};
use endings::{enough_for_today, refused, too_late_and_again, walked_away};
use stage::{APP, Draft, HOME, Stage};

const NEW_FEATURE: Draft<'static> = Draft {
    scope: "commands",
    message: "New feature alert: Try our new slash command to look up all the intersections you've collected.",
    button: "Add /insectoid command",
};

const CHANNELS: Draft<'static> = Draft {
    scope: "channels:read",
    message: "Insectoid can say in which channels intersections are collected.",
    button: "Let it see channels",
};

#[tokio::test(flavor = "multi_thread")]
async fn izzy_allows_refuses_walks_away_and_is_too_late_and_the_page_tells_all_of_it() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    only_at_home(&stage)?;
    stage.say("/insectoid Fifth and Main").await?;
    stage
        .browser
        .wait_for_text("/insectoid does not work here: Insectoid does not hold commands")
        .await?;

    let first = allowed(&stage).await?;
    in_history(&stage, first).await?;
    refused(&stage).await?;
    walked_away(&stage).await?;
    enough_for_today(&stage).await?;
    stage.scene.sim.clock().advance(Duration::from_secs(25 * 60 * 60));
    stage.sign_in().await?;
    let last = too_late_and_again(&stage).await?;
    listed(&stage).await?;
    phone(&stage, last).await?;
    stage.end().await
}

/// "Your app is installed in a direct message conversation with @izzy. You only have the default permissions."
fn only_at_home(stage: &Stage) -> anyhow::Result<()> {
    let world = stage.scene.sim.world();
    let installation = world
        .installation(&APP.parse()?, &TEAM.parse()?)
        .expect("it is installed");
    for (kind, granted) in &installation.resources {
        let ids: Vec<&str> = granted.ids.iter().map(grantbook_core::ResourceId::as_str).collect();
        let home: &[&str] = if *kind == ResourceType::AppHome { &[HOME] } else { &[] };
        assert_eq!((ids.as_slice(), granted.wildcard), (home, false), "{kind}");
    }
    assert!(
        installation
            .scopes
            .values()
            .flatten()
            .all(|scope| scope.as_str() != "commands")
    );
    Ok(())
}

/// Steps 1 to 5 of the seeds.
async fn allowed(stage: &Stage) -> anyhow::Result<RequestId> {
    let browser = &stage.browser;
    stage.compose(&NEW_FEATURE).await?;
    browser.wait_for_css("button.send[aria-disabled=false]").await?;
    browser.wait_for_text("What it would newly reach").await?;
    picture(browser, "12-ask-for-more").await?;
    let id = stage.send().await?;
    stage.tells("offered", "Message sent").await?;
    stage.reaches(id, StateName::Offered).await;

    stage.show_client().await?;
    browser.wait_for_text(NEW_FEATURE.message).await?;
    picture(browser, "13-a-message-with-a-button").await?;
    stage.press(NEW_FEATURE.button).await?;
    let dialog = stage.dialog().await?;
    assert_eq!(dialog.scopes, "commands");
    picture(browser, "14-the-dialog").await?;
    stage.tells("asked", "Trigger spent").await?;
    stage.show_client().await?;
    stage.answer("allow").await?;

    stage.tells("answered", "@izzy allowed").await?;
    let names = stage.is_complete().await?;
    assert_eq!(
        names,
        [
            "drafted", "offered", "pressed", "asked", "answered", "applied", "recorded"
        ]
    );
    assert!(browser.remembers().await?, "the page was not loaded again");
    the_two_events(stage, &dialog.trigger).await?;
    let press = browser.texts("[data-presses]").await?.concat();
    for words in ["In time", " ms, limit 3,000 ms", " ms to spare"] {
        assert!(press.contains(words), "{words} is not in {press}");
    }
    picture(browser, "15-the-whole-story").await?;

    works(stage).await?;
    picture(browser, "16-the-command-works").await?;
    Ok(id)
}

/// `scope_granted` with the trigger that the dialog was opened with, and `resources_added`. Slack promises no
/// order.
async fn the_two_events(stage: &Stage, trigger: &str) -> anyhow::Result<()> {
    let kinds = stage.browser.texts("details.fact summary code").await?;
    let facts = stage.browser.texts("details.fact pre").await?;
    let facts: BTreeMap<String, String> = kinds.into_iter().zip(facts).collect();
    assert_eq!(facts.len(), 2, "{facts:?}");
    for (kind, words) in [("scope_granted", trigger), ("resources_added", HOME)] {
        let fact = facts.get(kind).map(String::as_str).unwrap_or_default();
        assert!(fact.contains(words) && fact.contains("commands"), "{kind}: {fact}");
    }
    Ok(())
}

/// `/insectoid` reaches the app, which answers.
async fn works(stage: &Stage) -> anyhow::Result<()> {
    let answer = "/insectoid works: it reached Insectoid. The app holds commands in this conversation.";
    let count = async || {
        let texts = stage.browser.texts("#chat-log li[data-only=true]").await?;
        anyhow::Ok(texts.iter().filter(|text| text.contains(answer)).count())
    };
    stage.show_client().await?;
    let before = count().await?;
    stage.say("/insectoid Fifth and Main").await?;
    stage
        .browser
        .wait_for("an answer to the command", async || {
            Ok((count().await? > before).then_some(()))
        })
        .await
}

/// The ledger's entry leads back to the request that it answers.
async fn in_history(stage: &Stage, id: RequestId) -> anyhow::Result<()> {
    stage.open("history").await?;
    let link = format!("tr[data-entry] a[href=\"/requests/{id}\"]");
    stage.browser.wait_for_text(&format!("answers {id}")).await?;
    picture(&stage.browser, "17-history-answers-the-request").await?;
    stage.browser.click(&link).await?;
    stage.browser.wait_for_css("[data-presses]").await?;
    let here = stage.browser.client().current_url().await?;
    assert_eq!(here.path(), format!("/requests/{id}"));
    Ok(())
}

/// All four, those that changed last first.
async fn listed(stage: &Stage) -> anyhow::Result<()> {
    stage.open("requests").await?;
    let states = stage
        .browser
        .wait_for("four requests", async || {
            let states = stage.browser.texts("tr[data-request] .state").await?;
            Ok((states.len() == 4).then_some(states))
        })
        .await?;
    assert_eq!(states, ["Allowed", "Unanswered", "Denied", "Allowed"]);
    picture(&stage.browser, "22-requests").await
}

/// The same pages on a phone, in the dark: nothing scrolls sideways.
async fn phone(stage: &Stage, id: RequestId) -> anyhow::Result<()> {
    let browser = &stage.browser;
    browser.emulate(Viewport::Phone, ColorScheme::Dark).await?;
    let compose = format!("requests/new?installation=insectoid.{TEAM}&scopes=pins:read");
    for (path, shown, name) in [
        ("requests", "tr[data-request]", "23-phone-requests"),
        (&format!("requests/{id}"), "[data-presses]", "24-phone-story"),
        (&compose, "button.send", "25-phone-ask-for-more"),
        ("requests/strays", "nav.tabs", "26-phone-strays"),
    ] {
        stage.open(path).await?;
        browser.wait_for_css(shown).await?;
        assert!(browser.fits().await?, "{path} scrolls sideways");
        picture(browser, name).await?;
    }
    stage.show_client().await?;
    browser.emulate(Viewport::Phone, ColorScheme::Dark).await?;
    browser.wait_for_text(CHANNELS.message).await?;
    assert!(browser.fits().await?, "the client scrolls sideways");
    picture(browser, "27-phone-client").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_tells_what_works_and_offers_what_is_missing() -> anyhow::Result<()> {
    let stage = Stage::start().await?;
    let browser = &stage.browser;
    stage.say("/permissions").await?;
    browser
        .wait_for_text("Insectoid would need this to work fully here.")
        .await?;
    let shown = browser.texts("#chat-log li[data-only=true]").await?.concat();
    assert!(
        shown.contains("Insectoid may do this here:") && shown.contains("chat:write"),
        "{shown}"
    );
    picture(browser, "28-the-command-permissions").await?;

    stage.press("Allow 4 permissions").await?;
    let dialog = stage.dialog().await?;
    assert_eq!(dialog.scopes, "channels:history,channels:read,commands,users:read");
    stage.answer("allow").await?;
    stage.reaches(RequestId(1), StateName::Granted).await;
    stage.press("Allow reminders:write:user").await?;
    let dialog = stage.dialog().await?;
    assert_eq!(dialog.scopes, "reminders:write:user");
    stage.answer("allow").await?;
    stage.reaches(RequestId(2), StateName::Granted).await;

    stage.say("/permissions").await?;
    browser.wait_for_text("Nothing that it needs is missing.").await?;
    works(&stage).await?;

    stage.open("requests/PR-1").await?;
    let names = stage.is_complete().await?;
    assert_eq!(
        names,
        ["drafted", "pressed", "asked", "answered", "applied", "recorded"]
    );
    let offered = browser.texts("[data-step=offered]").await?.concat();
    assert!(
        offered.contains("The answer to the command brought the button"),
        "{offered}"
    );
    picture(browser, "29-asked-by-a-command").await?;
    stage.end().await
}
