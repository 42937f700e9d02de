//! When each installation is compared with Slack: spread over the hours, one replica at a time, and not while
//! Slack wants to be left alone.

use std::time::Duration;

use grantbook_api::{client::RetryPolicy, error::CallError};
use grantbook_core::{Timestamp, grants::Status};
use grantbook_store::{
    StoreError,
    drift::{
        UNINSTALLED,
        checks::{CheckOutcome, DueCheck, NOT_INSTALLED, RATE_LIMITED},
    },
};
use serde_json::json;
use tokio::task::JoinSet;

use crate::{
    House,
    audit::{Audit, deeds},
    failure,
    reconcile::{Reconcile, ReconcileError},
    rotation::TokenError,
};

/// Installations taken at once.
const AT_ONCE: u64 = 20;
/// How many are compared side by side.
const SIDE_BY_SIDE: usize = 4;
/// How long a turn may take, in seconds; after that another replica may take it.
const LEASE_SECONDS: i64 = 600;
/// When a turn that another's refresh cut short comes again, in seconds.
const AGAIN_SOON: i64 = 60;
/// The outcome of a turn during which events came all the while.
const MOVING: &str = "ledger_moving";
/// Faults pass within that, or count; a longer `Retry-After` is kept by the schedule rather than slept through.
const POLICY: RetryPolicy = RetryPolicy {
    max_attempts: 3,
    max_wait: Duration::from_secs(2),
};

/// Compares every installation whose turn it is. Answers how many were compared.
pub async fn sweep(house: &House) -> Result<usize, StoreError> {
    let store = &house.store;
    store
        .enrol_checks(house.clock.now(), house.drift.every_seconds())
        .await?;
    let owner = house.ids.id();
    let mut compared = 0;
    loop {
        let now = house.clock.now();
        if house.drift.paused(now).is_some() {
            break;
        }
        let due = store.due_checks(now, &owner, LEASE_SECONDS, AT_ONCE).await?;
        if due.is_empty() {
            break;
        }
        compared += compare_all(house, due).await?;
    }
    if let Some(run) = store.finish_run(house.clock.now()).await? {
        let detail = json!({ "installations": run.done, "failed": run.failed });
        Audit::new(house.clone())
            .note("console", deeds::DRIFT_RUN_FINISHED, "drift".to_owned(), detail)
            .await?;
    }
    Ok(compared)
}

async fn compare_all(house: &House, due: Vec<DueCheck>) -> Result<usize, StoreError> {
    let mut waiting = due.into_iter();
    let mut running = JoinSet::new();
    let mut compared = 0;
    loop {
        while running.len() < SIDE_BY_SIDE
            && let Some(due) = waiting.next()
        {
            let house = house.clone();
            running.spawn(async move { compare(&house, due).await });
        }
        match running.join_next().await {
            Some(Ok(outcome)) => compared += usize::from(outcome?),
            // The process ends, or one comparison broke: its lease ends by itself.
            Some(Err(error)) => tracing::error!(%error, "a comparison broke off"),
            None => return Ok(compared),
        }
    }
}

/// One turn; whether it was taken to its end.
async fn compare(house: &House, due: DueCheck) -> Result<bool, StoreError> {
    let (row, key) = (due.installation.row, &due.installation.key);
    let regular = |now: Timestamp| house.drift.every_seconds().map(|every| around(now, row, every));
    let now = house.clock.now();
    if let Some(until) = house.drift.paused(now) {
        postpone(house, row, RATE_LIMITED, until).await?;
        return Ok(false);
    }
    if due.status != Status::Installed {
        if due.status == Status::Uninstalled {
            house.store.end_drifts(row, UNINSTALLED, now).await?;
        }
        let outcome = CheckOutcome::Failed(NOT_INSTALLED);
        house.store.finish_check(row, outcome, now, regular(now)).await?;
        return Ok(false);
    }
    let reconcile = Reconcile::new(house.clone()).with_policy(POLICY);
    let outcome = reconcile.run_as(key, &due.by).await;
    let now = house.clock.now();
    match outcome {
        Ok(_) => {
            house
                .store
                .finish_check(row, CheckOutcome::Agreed, now, regular(now))
                .await?;
        }
        Err(ReconcileError::Slack(CallError::RateLimited { retry_after })) => {
            // Whole seconds, and none too few.
            let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
            let until = now.plus_seconds(i64::try_from(seconds).unwrap_or(i64::MAX).max(1));
            house.drift.pause(until);
            tracing::info!(installation = %key, %until, "Slack wants fewer calls; comparing goes on later");
            postpone(house, row, RATE_LIMITED, until).await?;
            return Ok(false);
        }
        Err(ReconcileError::Token(error @ TokenError::Busy { .. })) => {
            postpone(house, row, error.code(), now.plus_seconds(AGAIN_SOON)).await?;
            return Ok(false);
        }
        Err(ReconcileError::Moving(_)) => {
            postpone(house, row, MOVING, now.plus_seconds(AGAIN_SOON)).await?;
            return Ok(false);
        }
        Err(ReconcileError::Token(TokenError::Store(error)) | ReconcileError::Store(error)) => return Err(error),
        Err(error) => {
            let code = code(&error);
            tracing::info!(installation = %key, code, "an installation could not be compared with Slack");
            let outcome = CheckOutcome::Failed(&code);
            house.store.finish_check(row, outcome, now, regular(now)).await?;
        }
    }
    Ok(true)
}

async fn postpone(house: &House, row: i64, code: &str, until: Timestamp) -> Result<(), StoreError> {
    let now = house.clock.now();
    let outcome = CheckOutcome::Postponed(code);
    house.store.finish_check(row, outcome, now, Some(until)).await
}

fn code(error: &ReconcileError) -> String {
    match error {
        ReconcileError::NotFound(_) => "installation_not_found".to_owned(),
        ReconcileError::Token(error) => error.code().to_owned(),
        ReconcileError::Slack(error) => failure::code(error),
        ReconcileError::Moving(_) => MOVING.to_owned(),
        ReconcileError::Store(_) => "storage_unavailable".to_owned(),
    }
}

/// The next turn, a tenth earlier or later: what began together drifts apart.
fn around(now: Timestamp, row: i64, every_seconds: i64) -> Timestamp {
    let tenth = (every_seconds / 10).max(1);
    let mixed = row.wrapping_mul(7919).wrapping_add(now.seconds()).rem_euclid(2 * tenth);
    now.plus_seconds(every_seconds - tenth + mixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_turn_is_a_tenth_earlier_or_later_at_most() {
        let (now, every) = (Timestamp::from_seconds(1_000_000), 21_600);
        let turns: Vec<i64> = (1..200)
            .map(|row| around(now, row, every).seconds() - now.seconds())
            .collect();
        assert!(turns.iter().all(|turn| (19_440..=23_760).contains(turn)), "{turns:?}");
        let distinct: std::collections::BTreeSet<_> = turns.iter().collect();
        assert!(distinct.len() > 150, "{} different turns", distinct.len());
    }
}
