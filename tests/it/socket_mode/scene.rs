//! An app behind a firewall, and what the simulator and the ledger say about it.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context as _;
use grantbook_api::secret::AccessToken;
use grantbook_core::{AppSlug, Scope, Timestamp, view::apps::AppChange};
use grantbook_simulator::{Action, Delivery, DeliveryState, Seed, state::AppLevelToken};
use grantbook_store::{audit::NewAudit, sockets::HeldSlot};
use grantbook_tests::{
    site::now_seconds,
    stage::{Postman, Stage, TEAM, until},
};

/// The app.
pub(super) const APP: &str = "insectoid";
/// Its app-level token.
const TOKEN: &str = "xapp-1-A0BLA3EP2-5512907338104-b6f0d2a91c3e4857a60f9e18d7c25b34";
/// One that may not connect.
pub(super) const POWERLESS: &str = "xapp-1-A0BLA3EP2-5512907338105-0c1d2e3f405162738495a6b7c8d9eaf0";
/// So many connections an app of the seed is registered with.
pub(super) const WANTED: usize = 2;
/// Where a burst goes: channels that the app is not installed with.
const ELSEWHERE: [&str; 2] = ["C0VQPH64TR", "C0H0FCSVXG"];
/// Shorter than the background's own turn at what was kept aside.
const A_MOMENT: Duration = Duration::from_secs(20);
/// Longer than Slack waits before any retry.
const PAST_A_RETRY: Duration = Duration::from_secs(301);

/// No console runs yet. Slack has no address for the app, and the app no public one.
pub(super) async fn behind_a_firewall(database: Option<String>) -> anyhow::Result<Stage> {
    Stage::prepare_where(database, Postman::Simulator, hide).await
}

/// Takes the app's addresses away, and lets it connect.
pub(super) fn hide(seed: &mut Seed) {
    let app = seed.apps.iter_mut().find(|app| app.slug.as_str() == APP).unwrap();
    app.socket_mode = true;
    (app.events_url, app.interactions_url, app.commands_url) = (None, None, None);
    let token = |text: &str, scope: &str| AppLevelToken {
        token: AccessToken::new(text),
        scopes: vec![Scope::new(scope).unwrap()],
    };
    app.app_tokens = vec![
        token(TOKEN, "connections:write"),
        token(POWERLESS, "authorizations:read"),
    ];
}

/// The right token.
pub(super) fn right_token() -> AppChange {
    AppChange {
        app_token: Some(TOKEN.to_owned()),
        ..AppChange::default()
    }
}

pub(super) fn connections(count: u8) -> AppChange {
    AppChange {
        socket_connections: Some(count),
        ..AppChange::default()
    }
}

/// Changes the app, as another process would.
pub(super) async fn change(stage: &Stage, change: AppChange) -> anyhow::Result<()> {
    let store = stage.store().await?;
    let deed = NewAudit {
        at: Timestamp::from_seconds(now_seconds()),
        who: "user:orla".to_owned(),
        what: "app_changed".to_owned(),
        subject: format!("app:{APP}"),
        detail: serde_json::json!({}),
    };
    assert!(store.change_app(&AppSlug::new(APP)?, &change, deed).await?.is_some());
    Ok(store.close().await?)
}

/// Waits until the app has so many connections.
pub(super) async fn connected(stage: &Stage, count: usize) -> anyhow::Result<()> {
    until(&format!("{count} connections are open"), async || {
        Ok((stage.sim.sockets().len() == count).then_some(()))
    })
    .await
}

/// Who holds which connection, as the database has it.
pub(super) async fn held(stage: &Stage) -> anyhow::Result<Vec<HeldSlot>> {
    let store = stage.store().await?;
    let held = store.held_socket_slots(Timestamp::from_seconds(now_seconds())).await?;
    store.close().await?;
    Ok(held)
}

/// The sentence that says what is wrong, once there is one.
pub(super) async fn problem(stage: &Stage) -> anyhow::Result<String> {
    until("something is wrong", async || {
        Ok(held(stage).await?.into_iter().find_map(|slot| slot.state.problem))
    })
    .await
}

/// The app is added to channels and taken out again: so many events.
pub(super) async fn burst(stage: &Stage, from: usize, to: usize) -> anyhow::Result<()> {
    for number in from..to {
        stage.sim.act(moved(number)?).await?;
    }
    Ok(())
}

/// One of these deeds: added, and with the next number taken out again.
pub(super) fn moved(number: usize) -> anyhow::Result<Action> {
    let (app, team) = (APP.to_owned(), TEAM.parse()?);
    let resource = ELSEWHERE[number / 2 % ELSEWHERE.len()].parse()?;
    Ok(if number.is_multiple_of(2) {
        Action::AddResource { app, team, resource }
    } else {
        Action::RemoveResource { app, team, resource }
    })
}

/// The events that were to be delivered.
pub(super) fn events(stage: &Stage) -> Vec<Delivery> {
    stage
        .sim
        .deliveries()
        .into_iter()
        .filter(|delivery| !delivery.once)
        .collect()
}

/// Waits until every event is delivered, turning Slack's clock where a retry is due later.
pub(super) async fn all_delivered(stage: &Stage) -> anyhow::Result<()> {
    until("every event is delivered", async || {
        let events = events(stage);
        assert!(
            events.iter().all(|event| event.state != DeliveryState::GaveUp),
            "Slack gave up"
        );
        let waits = |event: &Delivery| matches!(event.state, DeliveryState::Waiting { .. });
        let under_way = events.iter().any(|event| event.state == DeliveryState::Sending);
        // Turned while nobody is connected, it would only use the retries up.
        if !under_way && events.iter().any(waits) && !stage.sim.sockets().is_empty() {
            stage.sim.clock().advance(PAST_A_RETRY);
        }
        Ok(events
            .iter()
            .all(|event| event.state == DeliveryState::Delivered)
            .then_some(()))
    })
    .await
}

/// How often each event stands in the ledger; checks its chain and the grants, too.
pub(super) async fn ledger(stage: &Stage) -> anyhow::Result<BTreeMap<String, usize>> {
    let store = stage.store().await?;
    for checked in store.check_ledger(false).await? {
        assert!(checked.sound(), "{checked:?}");
    }
    let mut found = BTreeMap::new();
    for (row, _) in store.installation_keys().await? {
        for entry in store.entries(row, None).await? {
            *found.entry(entry.draft.key.event_id).or_insert(0) += 1;
        }
    }
    store.close().await?;
    Ok(found)
}

/// Every event that Slack sent is in the ledger, and once.
pub(super) async fn applied_once(stage: &Stage, count: usize) -> anyhow::Result<()> {
    let events = events(stage);
    let facts: Vec<_> = events
        .iter()
        .filter(|event| event.event_type.starts_with("resources_"))
        .collect();
    // One that came in the moment of the install is kept first, and applied a moment later.
    let known = until("the ledger has every event", async || {
        let ledger = ledger(stage).await?;
        Ok(facts
            .iter()
            .all(|event| ledger.contains_key(&event.event_id))
            .then_some(ledger))
    });
    let ledger = tokio::time::timeout(A_MOMENT, known).await.context("not at once")??;
    assert!(facts.len() >= count, "{} events of {count}", facts.len());
    for event in facts {
        assert_eq!(ledger.get(&event.event_id), Some(&1), "{}", event.event_id);
        assert_eq!(event.url.as_deref(), Some("socket"));
    }
    assert!(ledger.values().all(|times| *times == 1));
    Ok(())
}
