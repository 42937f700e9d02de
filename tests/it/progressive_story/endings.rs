//! The other endings: a no, a walk away, and a press that comes too late.

use std::time::Duration;

use grantbook_core::request::{RequestId, StateName, words::thousands};
use grantbook_flows::jobs;
use grantbook_simulator::Fault;

use super::{
    CHANNELS,
    stage::{Draft, Stage},
    works,
};
use crate::{asking::until, main_job::picture};

const PEOPLE: Draft<'static> = Draft {
    scope: "users:read",
    message: "May Insectoid know who collected an intersection?",
    button: "Let it know people",
};

const HISTORY: Draft<'static> = Draft {
    scope: "channels:history",
    message: "Insectoid can find the intersections you mentioned.",
    button: "Let it read along",
};

/// What was granted before stands, and asking again has to wait.
pub(super) async fn refused(stage: &Stage) -> anyhow::Result<()> {
    let (browser, store) = (&stage.browser, &stage.scene.console.house.store);
    let before = store.grants(&stage.scene.key).await?.expect("it is installed");
    let id = stage.ask(&PEOPLE).await?;
    stage.reaches(id, StateName::Offered).await;
    stage.press(PEOPLE.button).await?;
    assert_eq!(stage.dialog().await?.scopes, PEOPLE.scope);
    stage.answer("deny").await?;

    stage.tells("answered", "@izzy said no").await?;
    stage.reaches(id, StateName::Denied).await;
    browser.wait_for_text("Denied").await?;
    let changed = browser.texts("ul.diff li").await?;
    assert!(changed.len() == 1 && changed[0].contains("not granted"), "{changed:?}");
    let after = store.grants(&stage.scene.key).await?.expect("it is installed");
    assert_eq!((before.scopes, before.resources), (after.scopes, after.resources));
    let off = browser.texts("button[aria-disabled=true]").await?;
    assert!(off.iter().any(|text| text.contains("Ask again")), "{off:?}");
    let why = browser.attributes("button[aria-disabled=true]", "title").await?;
    let reason = format!("he same was refused in {id}; ask again after ");
    assert!(why.iter().any(|text| text.contains(&reason)), "{why:?}");
    browser.wait_for_text(&reason).await?;
    picture(browser, "18-refused").await?;
    works(stage).await
}

/// Slack tells nobody of a dialog that was closed: time does.
pub(super) async fn walked_away(stage: &Stage) -> anyhow::Result<()> {
    let id = stage.ask(&HISTORY).await?;
    stage.reaches(id, StateName::Offered).await;
    stage.press(HISTORY.button).await?;
    assert_eq!(stage.dialog().await?.scopes, HISTORY.scope);
    stage.answer("dismiss").await?;
    stage.tells("asked", "Trigger spent").await?;
    stage.reaches(id, StateName::Presented).await;

    stage.scene.sim.clock().advance(Duration::from_secs(11 * 60));
    jobs::lapse(&stage.scene.console.house).await?;
    stage.tells("answered", "No answer").await?;
    stage.reaches(id, StateName::Unanswered).await;
    stage.browser.wait_for_text("Unanswered").await?;
    picture(&stage.browser, "19-walked-away").await
}

/// Three messages a day are what one person gets.
pub(super) async fn enough_for_today(stage: &Stage) -> anyhow::Result<()> {
    stage.compose(&CHANNELS).await?;
    stage
        .browser
        .wait_for_text("This person was asked 3 times within a day; ask again after ")
        .await?;
    stage.browser.wait_for_css("button.send[aria-disabled=true]").await?;
    Ok(())
}

/// What @izzy pressed reaches the console four seconds later: the trigger is dead, and another press works.
pub(super) async fn too_late_and_again(stage: &Stage) -> anyhow::Result<RequestId> {
    let (browser, sim) = (&stage.browser, &stage.scene.sim);
    let id = stage.ask(&CHANNELS).await?;
    stage.reaches(id, StateName::Offered).await;
    let known = sim.triggers().len();
    sim.fault("interactive_message", Fault::DelayMs { delay_ms: 4_000 }, 1);
    stage.press(CHANNELS.button).await?;
    until("the press has a trigger", || async {
        (sim.triggers().len() > known).then_some(())
    })
    .await;
    sim.clock().advance(Duration::from_secs(4));

    stage.tells("asked", "Trigger too old").await?;
    let story = stage.scene.reaches(id, StateName::Expired).await;
    let measured = story.request.delay_ms.expect("the delay is measured");
    assert!((4_000..10_000).contains(&measured), "{measured} ms");
    let late = sim.triggers().into_iter().find(|trigger| trigger.late_at.is_some());
    let late = late.expect("the simulator saw it, too");
    let seen = u64::try_from(late.delay_ms().unwrap_or_default())?;
    assert!(seen.abs_diff(measured) < 1_000, "{seen} ms, {measured} ms");
    let words = format!("{} ms, limit 3,000 ms", thousands(measured));
    stage.tells("asked", &words).await?;
    browser.wait_for_text(" ms too late").await?;
    picture(browser, "20-too-late").await?;

    stage.show_client().await?;
    browser.wait_for_css("[data-pressed=late]").await?;
    let told = async || {
        let texts = browser.texts("#chat-log li[data-only=true]").await?;
        let told = texts
            .iter()
            .any(|text| text.contains("That took too long") && text.contains("press the button again"));
        Ok(told.then_some(()))
    };
    browser.wait_for("what @izzy is told", told).await?;
    picture(browser, "21-how-to-try-again").await?;
    stage.press(CHANNELS.button).await?;
    assert_eq!(stage.dialog().await?.scopes, CHANNELS.scope);
    stage.answer("allow").await?;

    stage.tells("answered", "@izzy allowed").await?;
    stage.reaches(id, StateName::Granted).await;
    stage.is_complete().await?;
    let press = browser.texts("[data-presses]").await?.concat();
    for words in ["In time", "Earlier presses", " ms too late"] {
        assert!(press.contains(words), "{words} is not in {press}");
    }
    Ok(id)
}
