//! What goes on in the background: names for what just changed, deliveries that waited, installs that
//! nobody finished and requests that nobody answered, messages to be sent, tokens kept at hand.

use std::{collections::BTreeMap, time::Duration};

use grantbook_core::request::{Happening, Step};
use grantbook_store::StoreError;
use tokio::{sync::broadcast::error::RecvError, time::MissedTickBehavior};

use crate::{House, ingest::Ingest, names::Names, outbox, progressive, rotation::Rotation};

/// How often waiting deliveries are looked at. An install looks at once; this is for what another
/// replica installed in the very moment of a delivery.
const SWEEP: Duration = Duration::from_secs(30);
/// How long changes are gathered before names are asked for.
const GATHER: Duration = Duration::from_millis(200);

/// Unanswered rounds ended in one sweep; the rest follow with the next.
const AT_ONCE: u64 = 500;

/// Runs until dropped.
pub async fn run(house: House) {
    tokio::join!(
        learn_names(house.clone()),
        learn_names_of_requests(house.clone()),
        sweep(house.clone()),
        outbox::run(house.clone()),
        progressive::keep_at_hand(house.clone()),
        keep_tokens_alive(house),
    );
}

/// Replaces tokens well before they end, and settles refreshes that a dead process left.
async fn keep_tokens_alive(house: House) {
    let rotation = Rotation::new(house);
    let mut ticks = tokio::time::interval(SWEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match rotation.sweep().await {
            Ok(0) => {}
            Ok(replaced) => tracing::info!(replaced, "tokens were refreshed before their end"),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "tokens could not be looked after");
            }
        }
    }
}

async fn learn_names(house: House) {
    let mut notices = house.store.changes();
    let names = Names::new(house.clone());
    loop {
        let mut changed = BTreeMap::new();
        match notices.recv().await {
            Ok(event) => changed.insert(event.installation.clone(), event),
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        tokio::time::sleep(GATHER).await;
        while let Ok(event) = notices.try_recv() {
            changed.insert(event.installation.clone(), event);
        }
        for (key, event) in changed {
            if matches!(event.kind.as_str(), "installed" | "scope_granted" | "reconciled") {
                house.lacking.forget(&key);
            }
            // Open pages are told again, so that they show the name; the second time there is none to learn.
            if names.learn(&key).await {
                house.store.notify(event);
            }
        }
    }
}

async fn learn_names_of_requests(house: House) {
    let mut notices = house.store.request_changes();
    let names = Names::new(house.clone());
    loop {
        let mut changed = BTreeMap::new();
        match notices.recv().await {
            Ok(notice) => changed.insert(notice.request, notice),
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        tokio::time::sleep(GATHER).await;
        while let Ok(notice) = notices.try_recv() {
            changed.insert(notice.request, notice);
        }
        for (request, notice) in changed {
            if names.learn_of_request(request).await {
                house.store.notify_request(notice);
            }
        }
    }
}

async fn sweep(house: House) {
    let ingest = Ingest::new(house.clone());
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        match ingest.replay().await {
            Ok(0) => {}
            Ok(applied) => tracing::info!(applied, "waiting deliveries were applied"),
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "waiting deliveries could not be applied"
            ),
        }
        if let Err(error) = house.store.expire_attempts(house.clock.now()).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "installs that nobody finished could not be ended");
        }
        if let Err(error) = lapse(&house).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "requests that nobody answered could not be ended");
        }
    }
}

/// Ends the rounds that nobody answered in time: Slack sends nothing when a dialog is ignored
/// (apps.permissions.request). An answer that still comes counts all the same.
pub async fn lapse(house: &House) -> Result<(), StoreError> {
    let now = house.clock.now();
    let patience = i64::from(house.policy.unanswered_after_minutes) * 60;
    for (request, round) in house.store.overdue_rounds(now.plus_seconds(-patience), AT_ONCE).await? {
        let step = Step {
            at: now,
            what: Happening::Lapsed { round },
        };
        house.store.record_step(request, step).await?;
    }
    Ok(())
}
