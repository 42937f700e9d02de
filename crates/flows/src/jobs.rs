//! What goes on in the background: names for what just changed, deliveries that waited, installs that
//! nobody finished and requests that nobody answered, messages to be sent, tokens kept at hand.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use grantbook_core::{
    InstallationKey,
    request::{Happening, Step},
};
use grantbook_store::{StoreError, notices::Notices};
use tokio::{sync::broadcast::error::RecvError, time::MissedTickBehavior};

use crate::{
    House, approvals, apps,
    drift::{observations, schedule},
    ingest::Ingest,
    names::Names,
    outbox, progressive,
    rotation::Rotation,
};

/// How often waiting deliveries are looked at. An install looks at once; this is for what another
/// replica installed in the very moment of a delivery.
const SWEEP: Duration = Duration::from_secs(30);
/// How often what answers showed is written.
const OBSERVED: Duration = Duration::from_secs(3);
/// Changed installations whose differences are looked at again in one go.
const LOOKED_AT: usize = 200;
/// How long changes are gathered before names are asked for.
const GATHER: Duration = Duration::from_millis(200);

/// How often counted calls are looked at.
const WRITE_DOWN: Duration = Duration::from_secs(5);

/// Unanswered rounds ended in one sweep; the rest follow with the next.
const AT_ONCE: u64 = 500;

/// Runs until dropped.
pub async fn run(house: House) {
    tokio::join!(
        learn_names(house.clone()),
        learn_names_of_requests(house.clone()),
        sweep(house.clone()),
        replay_at_once(house.clone()),
        outbox::run(house.clone()),
        progressive::keep_at_hand(house.clone()),
        hear_others(house.clone()),
        write_down_calls(house.clone()),
        keep_tokens_alive(house.clone()),
        write_observations(house.clone()),
        follow_changes(house.clone()),
        compare_with_slack(house.clone()),
        approvals::run(house.clone()),
        apps::keep_fresh(house),
    );
}

/// Writes down what was called through the console, a line a minute.
async fn write_down_calls(house: House) {
    let mut ticks = tokio::time::interval(WRITE_DOWN);
    loop {
        ticks.tick().await;
        house.write_down_calls(false).await;
    }
}

/// Hears what other processes on the same database commit.
async fn hear_others(house: House) {
    house.store.listen().await;
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

/// Writes what answers showed every few seconds; the server does it once more when it stops.
async fn write_observations(house: House) {
    let mut ticks = tokio::time::interval(OBSERVED);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = observations::flush(&house).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "what Slack's answers showed could not be written yet");
        }
    }
}

/// Looks again at what differed when the ledger changes: an event that was only late ends the difference.
async fn follow_changes(house: House) {
    let mut notices = house.store.own_changes();
    loop {
        let mut changed = BTreeSet::new();
        match notices.recv().await {
            Ok(event) => changed.insert(event.installation),
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        tokio::time::sleep(OBSERVED).await;
        while let Ok(event) = notices.try_recv() {
            changed.insert(event.installation);
        }
        // Under load a few are enough: the rest are looked at when they are compared next.
        for key in changed.iter().take(LOOKED_AT) {
            if let Err(error) = look_again(&house, key).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(installation = %key, error, "a difference could not be looked at again");
            }
        }
    }
}

async fn look_again(house: &House, key: &InstallationKey) -> Result<(), StoreError> {
    if let Some(installation) = house.store.installation_ref(key).await?
        && house.store.has_open_drifts(installation.row).await?
    {
        observations::recheck(house, &installation).await?;
    }
    Ok(())
}

/// Compares installations with Slack when it is their turn, or all when somebody asks.
async fn compare_with_slack(house: House) {
    let mut ticks = tokio::time::interval(SWEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = house.drift.due.notified() => {}
        }
        match schedule::sweep(&house).await {
            Ok(0) => {}
            Ok(compared) => tracing::info!(compared, "installations were compared with Slack"),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "installations could not be compared with Slack");
            }
        }
    }
}

async fn learn_names(house: House) {
    let mut notices = house.store.own_changes();
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
                announce(&house, event).await;
            }
        }
    }
}

async fn announce(house: &House, notices: impl Into<Notices>) {
    if let Err(error) = house.store.announce(notices).await {
        let error = &error as &dyn std::error::Error;
        tracing::debug!(error, "other processes were not told of names");
    }
}

async fn learn_names_of_requests(house: House) {
    let mut notices = house.store.own_request_changes();
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
                announce(&house, notice).await;
            }
        }
    }
}

/// A delivery may be kept aside in the very moment in which its installation is committed: neither has seen the
/// other then, so that a look from either side, after its commit, is needed. An install looks by itself.
async fn replay_at_once(house: House) {
    let ingest = Ingest::new(house.clone());
    loop {
        house.kept_aside.notified().await;
        tokio::time::sleep(GATHER).await;
        if let Err(error) = ingest.replay().await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "waiting deliveries could not be applied");
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
        if let Err(error) = house.store.wipe_overdue_secrets(house.clock.now()).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "secrets whose overlap is over could not be wiped");
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
