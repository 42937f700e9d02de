//! Messages are sent once, and say what is the case.

use grantbook_api::ErrorCode;
use grantbook_core::approval::life::{Happening, Outcome, State};
use grantbook_flows::outbox;
use grantbook_simulator::Fault;
use grantbook_tests::{
    managing::{approver, wish},
    northwind::{IZZY, KUDOS, MIKA, MINUTES, ORLA, POLLS, TEAM},
};
use serde_json::json;

use super::scene::{Scene, buttons, words};

/// Decided in the console, in Slack's own pages, and by a rule.
pub(super) async fn follows(scene: Scene) -> anyhow::Result<()> {
    let here = scene.ask(KUDOS, MIKA, "for us").await?;
    let there = scene.ask(MINUTES, MIKA, "for us").await?;
    scene.send().await;
    scene
        .queue
        .restrict(here, &approver("orla"), wish("It reads <too> much."))
        .await?;
    scene
        .act(json!({"action": "resolve_app", "app": MINUTES, "team": TEAM, "user": IZZY, "resolution": "approved"}))
        .await?;
    scene.send().await;
    scene.read().await?;
    scene.send().await;
    // Two that are posted at once stand in any order.
    let mut posted = scene.channel();
    posted.sort_by_key(|message| message.text.contains("Minute Taker"));
    let [console, slack] = &posted[..] else {
        panic!("{posted:?}")
    };
    let text = words(console);
    assert!(
        text.contains("⛔ *Restricted*") && text.contains("*orla* in the console"),
        "{text}"
    );
    assert!(text.contains("> It reads &lt;too&gt; much."), "{text}");
    let text = words(slack);
    assert!(
        text.contains("✅ *Approved* by ") && text.contains("outside of this console"),
        "{text}"
    );
    assert_eq!((buttons(console).len(), buttons(slack).len()), (0, 0));
    assert_eq!(scene.stored(there).await?.state, State::Approved);
    let letters: Vec<String> = scene.told(MIKA).iter().map(words).collect();
    assert_eq!(letters.len(), 2);
    assert!(
        letters
            .iter()
            .any(|text| text.contains("is restricted for") && text.contains("> It reads &lt;too&gt; much."))
    );

    scene
        .rules(json!([{ "id": "no-polls", "name": "No polls", "when": { "all": [] },
            "then": { "restrict": { "reason": "Use the polls we have." } } }]))
        .await?;
    let ruled = scene.ask(POLLS, MIKA, "for us").await?;
    scene.send().await;
    assert_eq!(scene.stored(ruled).await?.state, State::Restricted);
    assert_eq!(scene.channel().len(), 2, "what a rule decides is not posted");
    let letter = words(scene.told(MIKA).last().unwrap());
    assert!(
        letter.contains("Decided by the rule “No polls”.") && letter.contains("> Use the polls we have."),
        "{letter}"
    );
    assert!(!scene.story(ruled).await?.contains(&"posted"));
    scene.stop().await
}

/// Lost answers, stopped workers, and two workers at once.
pub(super) async fn once(scene: Scene) -> anyhow::Result<()> {
    // The answer is lost after Slack took the message.
    scene.sim.fault("chat.postMessage", Fault::HalfBody, 1);
    let lost = scene.ask(KUDOS, MIKA, "for us").await?;
    scene.send().await;
    scene.turn(3_600);
    scene.send().await;
    assert_eq!(scene.posts(), 1);
    let unsent = Happening::Unsent {
        message: "post".to_owned(),
        code: "maybe_sent".to_owned(),
    };
    assert!(scene.steps(lost).await?.contains(&unsent));

    // A worker stops between claiming the row and anything else.
    let left = scene.ask(MINUTES, MIKA, "for us").await?;
    let now = scene.house.clock.now();
    assert!(!scene.house.store.claim_outbox(now, 60, 8).await?.is_empty());
    scene.turn(61);
    scene.send().await;
    assert_eq!(scene.posts(), 1);
    assert!(scene.steps(left).await?.contains(&unsent));

    // Two workers on one database.
    let other = scene.console.replica().await?;
    other.approvals.configure((*scene.house.approvals.settings()).clone());
    let id = scene.ask(POLLS, MIKA, "for us").await?;
    scene.turn(1);
    tokio::join!(outbox::drain(&scene.house), outbox::drain(&other));
    assert_eq!(scene.posts(), 2);
    scene.queue.restrict(id, &approver("orla"), wish("")).await?;
    for _ in 0..4 {
        scene.turn(2);
        tokio::join!(outbox::drain(&scene.house), outbox::drain(&other));
    }
    assert_eq!(scene.posts(), 3, "and one letter");
    let told = scene.steps(id).await?;
    let told = told
        .iter()
        .filter(|what| matches!(what, Happening::Told { .. }))
        .count();
    assert_eq!(told, 1);
    assert!(words(&scene.channel()[1]).contains("*Restricted*"));

    // What surely was not sent is sent later; what Slack refuses for good stands among the steps.
    let again = scene.ask("A0VAULT55", MIKA, "for us").await?;
    scene.sim.fault(
        "chat.postMessage",
        Fault::Error {
            error: ErrorCode::TeamAddedToOrg,
        },
        1,
    );
    scene.send().await;
    assert!(scene.story(again).await?.contains(&"posted"));
    scene.sim.fault(
        "chat.postMessage",
        Fault::Error {
            error: "cannot_dm_bot".into(),
        },
        1,
    );
    scene.queue.approve(again, &approver("orla"), wish("")).await?;
    scene.send().await;
    let unsent = Happening::Unsent {
        message: "tell".to_owned(),
        code: "cannot_dm_bot".to_owned(),
    };
    let steps = scene.steps(again).await?;
    assert!(
        steps.contains(&unsent)
            && !steps.contains(&Happening::Told {
                outcome: Outcome::Approved
            }),
        "{steps:?}"
    );
    scene.stop().await
}

/// By the button, and in the console in other words.
pub(super) async fn asks(scene: Scene) -> anyhow::Result<()> {
    let id = scene.ask(KUDOS, MIKA, "").await?;
    scene.send().await;
    let message = scene.channel().remove(0);
    scene.press(ORLA, &message, "app_request_ask").await?;
    grantbook_tests::stage::until("it is asked", async || {
        Ok(scene.story(id).await?.contains(&"asked_why").then_some(()))
    })
    .await?;
    scene.send().await;
    scene.queue.ask_why(id, &approver("orla"), "Which <channels>?").await?;
    scene.send().await;
    let [first, second] = &scene.told(MIKA)[..] else {
        panic!("{:?}", scene.told(MIKA))
    };
    let (first, second) = (words(first), words(second));
    assert!(
        first.contains("> What do you need it for") && first.contains(&format!("answer <@{ORLA}>")),
        "{first}"
    );
    assert!(
        second.contains("> Which &lt;channels&gt;?") && second.contains(&format!("answer <@{ORLA}>")),
        "{second}"
    );
    let text = words(&scene.channel()[0]);
    assert!(
        text.contains(&format!("<@{ORLA}> in Slack asked ")) && text.contains("*orla* in the console asked "),
        "{text}"
    );
    assert_eq!(scene.stored(id).await?.state, State::Open);
    assert_eq!(buttons(&scene.channel()[0]).len(), 3);
    scene.stop().await
}
