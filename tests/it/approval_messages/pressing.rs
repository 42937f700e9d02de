//! Who may press, and what a press is worth.

use grantbook_api::secret::SigningSecret;
use grantbook_core::view::approvals::DecisionWish;
use grantbook_core::{
    approval::life::{Happening, Outcome, State},
    view::Role,
};
use grantbook_flows::approvals::Settings;
use grantbook_simulator::state::Message;
use grantbook_tests::{
    load,
    managing::approver,
    northwind::{CHANNEL, IZZY, KUDOS, MIKA, MINUTES, ORLA, TEAM},
    stage::until,
};
use serde_json::json;

use super::scene::{Scene, buttons, words};

const APPROVE: &str = "app_request_approve";
const RESTRICT: &str = "app_request_restrict";

/// From the request in Slack to the answer in Slack, by a button.
pub(super) async fn decides(scene: Scene) -> anyhow::Result<()> {
    let id = scene.ask(KUDOS, MIKA, "to <!channel> *thank* people").await?;
    scene.send().await;
    let [message] = &scene.channel()[..] else {
        panic!("one message: {:?}", scene.channel())
    };
    let text = words(message);
    assert!(
        text.contains("asks for") && text.contains("> to &lt;!channel&gt; ∗thank∗ people"),
        "{text}"
    );
    assert!(text.contains("People decide: no rule fits."), "{text}");
    let names: Vec<_> = buttons(message).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, [APPROVE, RESTRICT, "app_request_ask"]);
    let posted = scene.stored(id).await?.message;
    assert_eq!(posted, Some((CHANNEL.to_owned(), message.ts())));

    scene.press(ORLA, message, APPROVE).await?;
    let deciding = scene.until(id, State::Deciding).await?;
    assert_eq!(deciding.decided_by.as_deref(), Some(&*format!("slack:{ORLA}")));
    scene.send().await;
    scene.read().await?;
    scene.send().await;
    assert_eq!(scene.stored(id).await?.state, State::Approved);
    let [message] = &scene.channel()[..] else { panic!() };
    let text = words(message);
    assert!(
        text.contains("✅ *Approved*") && text.contains(&format!("<@{ORLA}> in Slack")),
        "{text}"
    );
    assert_eq!(buttons(message), []);
    let [letter] = &scene.told(MIKA)[..] else {
        panic!("one letter: {:?}", scene.told(MIKA))
    };
    assert!(
        words(letter).contains("is approved for") && words(letter).contains("You can install it now"),
        "{}",
        words(letter)
    );
    let told = scene.steps(id).await?;
    assert!(
        told.contains(&Happening::Told {
            outcome: Outcome::Approved
        }),
        "{told:?}"
    );
    assert_eq!(scene.posts(), 2, "one for the channel, one for the requester");
    scene.stop().await
}

async fn posted(scene: &Scene, app: &str, user: &str) -> anyhow::Result<(i64, Message)> {
    let before = scene.channel().len();
    let id = scene.ask(app, user, "for us").await?;
    scene.send().await;
    Ok((id, scene.channel().remove(before)))
}

/// Nobody decides without an account that may, whom the rules ask, and nobody their own request.
pub(super) async fn roles(scene: Scene) -> anyhow::Result<()> {
    let (id, message) = posted(&scene, KUDOS, MIKA).await?;
    let told = scene.refused(MIKA, &message, APPROVE).await?;
    assert!(
        told.contains("no account of the console is linked to you") && told.contains(MIKA),
        "{told}"
    );
    let told = scene.refused(IZZY, &message, APPROVE).await?;
    assert!(told.contains("your account may only look"), "{told}");
    scene.account("mika", Role::Approver, MIKA).await?;
    let told = scene.refused(MIKA, &message, RESTRICT).await?;
    assert!(told.contains("your own request"), "{told}");
    assert_eq!(scene.stored(id).await?.state, State::Open);

    scene.settle(Settings {
        channel: Some(CHANNEL.to_owned()),
        groups: [("security".to_owned(), vec![IZZY.to_owned()])].into(),
        ..Settings::default()
    });
    scene
        .rules(json!([{ "id": "security", "name": "Security", "when": { "all": [] },
            "then": { "ask": { "whom": ["security"], "reason_required": false } } }]))
        .await?;
    let (id, message) = posted(&scene, MINUTES, MIKA).await?;
    let told = scene.refused(ORLA, &message, APPROVE).await?;
    assert!(told.contains("the rules ask other people"), "{told}");
    scene.press(IZZY, &message, RESTRICT).await?;
    scene.until(id, State::Deciding).await?;

    scene
        .rules(json!([{ "id": "why", "name": "Say why", "when": { "all": [] },
            "then": { "ask": { "whom": [], "reason_required": true } } }]))
        .await?;
    let (id, message) = posted(&scene, "A0P0LLS33", MIKA).await?;
    let told = scene.refused(ORLA, &message, APPROVE).await?;
    let page = scene.console.at(&format!("queue/{id}"));
    assert!(
        told.contains("needs a reason") && told.contains(&format!("<{page}|")),
        "{told}"
    );
    assert_eq!(scene.stored(id).await?.state, State::Open);
    scene.stop().await
}

/// A press as Slack would send it, with a value of somebody's choice, rightly signed.
async fn deliver(scene: &Scene, value: &str, block: &str, ts: &str, change: impl FnOnce(&mut serde_json::Value)) {
    let apps = scene.sim.apps();
    let atlas = apps.iter().find(|app| app.slug.as_str() == "atlas").unwrap();
    let mut payload = json!({
        "type": "block_actions",
        "user": { "id": ORLA, "username": "orla", "name": "orla", "team_id": TEAM },
        "api_app_id": atlas.id,
        "container": { "type": "message", "message_ts": ts, "channel_id": CHANNEL, "is_ephemeral": false },
        "trigger_id": format!("1.2.{}", scene.house.ids.id()),
        "team": { "id": TEAM, "domain": "northwind" },
        "enterprise": { "id": "E0N0RTHW1", "name": "Northwind" },
        "is_enterprise_install": true,
        "channel": { "id": CHANNEL, "name": "general" },
        "actions": [{ "action_id": APPROVE, "block_id": block, "type": "button", "value": value, "action_ts": ts }],
    });
    change(&mut payload);
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &payload.to_string())
        .finish();
    let secret = SigningSecret::new(atlas.signing_secret.expose());
    let now = scene.house.clock.now().seconds();
    let signed = load::sign(&secret, String::new(), form.into_bytes().into(), now);
    let url: url::Url = scene.console.at("slack/atlas/interactions").parse().unwrap();
    let address = url.socket_addrs(|| None).unwrap()[0];
    let answers = load::post_all(address, url.path(), std::sync::Arc::new(vec![signed]), 1).await;
    assert_eq!(
        answers[0].status,
        Some(200),
        "Slack is answered at once, whatever the press is worth"
    );
}

/// What was not made here for this message decides nothing, and is noted.
pub(super) async fn forged(scene: Scene) -> anyhow::Result<()> {
    let (id, message) = posted(&scene, KUDOS, MIKA).await?;
    let (other, elsewhere) = posted(&scene, MINUTES, MIKA).await?;
    let value = |message: &Message| buttons(message).remove(0).1;
    let (good, others) = (value(&message), value(&elsewhere));
    let seal = good.rsplit('|').next().unwrap().to_owned();
    let block = format!("app_request_{id}");
    let ts = message.ts();
    for bad in [
        String::new(),
        "gq1".to_owned(),
        good.replace(&format!("|{id}|"), &format!("|{other}|")),
        good.replace(&seal, &"0".repeat(seal.len())),
        good.replace("|0|", "|1|"),
        good.replace("E0N0RTHW1", "E0TH3R0NE"),
        good.replace(CHANNEL, "C0E9UNTZR9"),
    ] {
        deliver(&scene, &bad, &block, &ts, |_| ()).await;
    }
    // Another request's value, on this one's row, and on its own row under this one's message.
    deliver(&scene, &others, &block, &ts, |_| ()).await;
    deliver(&scene, &others, &format!("app_request_{other}"), &ts, |_| ()).await;
    // Ours, but from another channel, another organization, and with a button that is not there.
    deliver(&scene, &good, &block, &ts, |payload| {
        payload["channel"]["id"] = json!("C0E9UNTZR9");
    })
    .await;
    deliver(&scene, &good, &block, &ts, |payload| {
        payload["enterprise"]["id"] = json!("E0TH3R0NE");
    })
    .await;
    deliver(&scene, &good, &block, &ts, |payload| {
        payload["enterprise"] = json!(null);
    })
    .await;
    deliver(&scene, &good, &block, &ts, |payload| {
        payload["actions"][0]["action_id"] = json!("app_request_delete");
    })
    .await;
    let filter = grantbook_store::queries::PageRequest::first(100);
    let strays = until("the strays are noted", async || {
        let page = scene.house.store.strays(&filter).await?;
        Ok(Some(page.items).filter(|items| items.len() >= 12))
    })
    .await?;
    assert_eq!(strays.len(), 12, "all but the copied one, which was made here");
    for id in [id, other] {
        assert_eq!(scene.stored(id).await?.state, State::Open);
        assert!(!scene.story(id).await?.contains(&"decided"));
    }

    // A value that was good until Slack refused what it led to.
    scene.sim.fault(
        "admin.apps.approve",
        grantbook_simulator::Fault::Error {
            error: "app_restricted_org_wide".into(),
        },
        1,
    );
    deliver(&scene, &good, &block, &ts, |_| ()).await;
    scene.until(id, State::Deciding).await?;
    scene.send().await;
    assert_eq!(scene.stored(id).await?.state, State::Open);
    deliver(&scene, &good, &block, &ts, |_| ()).await;
    let fresh = scene.channel().remove(0);
    assert_ne!(value(&fresh), good);
    assert!(words(&fresh).contains("Slack refused the last decision (`app_restricted_org_wide`)"));
    scene.press(ORLA, &fresh, APPROVE).await?;
    let again = scene.until(id, State::Deciding).await?;
    assert_eq!(again.decisions, 2, "the kept value decided nothing");
    scene.stop().await
}

/// However often, and by whomever else: the first press decides.
pub(super) async fn twice(scene: Scene) -> anyhow::Result<()> {
    scene.account("noor", Role::Approver, MIKA).await?;
    let (id, message) = posted(&scene, KUDOS, IZZY).await?;
    let press = |user, action| scene.press(user, &message, action);
    let (a, b, c) = tokio::join!(press(ORLA, APPROVE), press(ORLA, APPROVE), press(MIKA, RESTRICT));
    a.and(b).and(c)?;
    until("the others are told", async || {
        let told = scene.whispered(ORLA).len() + scene.whispered(MIKA).len();
        Ok((told == 2).then_some(()))
    })
    .await?;
    let stored = scene.stored(id).await?;
    assert_eq!((stored.state, stored.decisions), (State::Deciding, 1));
    let decided = scene.story(id).await?.iter().filter(|what| **what == "decided").count();
    assert_eq!(decided, 1);
    let told = [scene.whispered(ORLA), scene.whispered(MIKA)].concat();
    assert!(
        told.iter()
            .all(|text| text.starts_with("Nothing more is to be decided.")),
        "{told:?}"
    );

    // Somebody who votes in the console and presses in Slack is one person.
    scene
        .rules(json!([{ "id": "two", "name": "Two", "when": { "all": [] },
            "then": { "ask": { "whom": ["orla", "noor"], "need": "all" } } }]))
        .await?;
    let (id, message) = posted(&scene, MINUTES, IZZY).await?;
    scene
        .queue
        .approve(id, &approver("orla"), DecisionWish::default())
        .await?;
    let told = scene.refused(ORLA, &message, APPROVE).await?;
    assert!(told.contains("You have voted already"), "{told}");
    scene.press(MIKA, &message, APPROVE).await?;
    scene.until(id, State::Deciding).await?;
    scene.stop().await
}
