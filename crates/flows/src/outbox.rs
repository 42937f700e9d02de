//! What the console still has to tell Slack: the message with the button, how the matter ended, and what an
//! administrator wants ended.
//!
//! Rows come from the transaction that made them necessary, and hold ids only. The worker claims those
//! that are due, calls Slack once, and writes down what came of it together with the request's step. A
//! message whose fate is unknown is not sent again: the person must not be asked twice.

mod app_call;
mod app_decision;
mod app_end;
mod app_resolve;
mod approval_message;
mod close;
mod effect;
mod message;
mod offer;

use std::time::Duration;

use grantbook_api::{client::RetryPolicy, error::CallError};
use grantbook_core::{
    ResourceId,
    request::{Happening, PermissionRequest, Step},
};
use grantbook_store::{StoreError, effects::RESOLVE, outbox::OutboxRow};
use serde_json::Value;
use tokio::{sync::broadcast::error::RecvError, task::JoinSet, time::MissedTickBehavior};

use crate::House;

/// The kind of a row that sends a request's message.
pub(crate) const OFFER: &str = "offer";
/// The kind of a row that says under the message how the request ended.
pub(crate) const CLOSE: &str = "close";

/// The kind of a row that takes an app out.
pub(crate) const UNINSTALL: &str = "uninstall";
/// The kind of a row that ends one token.
pub(crate) const REVOKE: &str = "revoke";

/// The kind of a row that carries a decision on an app request to Slack.
pub(crate) const APP_DECISION: &str = "app_decision";
/// The kind of a row that ends a time-boxed approval at Slack.
pub(crate) const APP_END: &str = "app_clear";

/// How often the worker looks without being nudged.
const TICK: Duration = Duration::from_secs(1);
/// How long a claimed row belongs to the worker, in seconds; a call ends after ten.
pub(crate) const LEASE_SECONDS: i64 = 60;
/// Rows worked on at once.
const AT_ONCE: usize = 8;
/// How long to wait after each failure that is known to have done nothing, in seconds.
const PAUSES: [i64; 5] = [1, 5, 30, 120, 600];
/// How long to wait before writing again what the database did not take.
const WRITE_PAUSE: Duration = Duration::from_millis(200);
/// How often that is tried; afterwards the row's lease runs out and its fate counts as unknown.
const WRITES: u32 = 5;

/// Whoever calls here waits by the row, not by the call.
const ONCE: RetryPolicy = RetryPolicy::NONE;

/// What came of a row.
#[derive(Clone, Debug, PartialEq)]
enum Ending {
    /// Slack said yes.
    Sent { receipt: Value, step: Option<Step> },
    /// Nothing was done; try again after so many seconds.
    Later { seconds: i64, error: String },
    /// Nobody can tell whether it was done; it is not done twice.
    Unsure { error: String, step: Option<Step> },
    /// It will not be tried again.
    Failed { error: String, step: Option<Step> },
}

/// Runs until dropped: on a nudge (`house.outbox_due`), when a request is settled, and every second for what
/// waits or was left behind.
pub async fn run(house: House) {
    let mut changes = house.store.request_changes();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = house.outbox_due.notified() => {}
            change = changes.recv() => match change {
                // Its message is to say so.
                Ok(notice) if notice.state.is_settled() => {}
                Ok(_) => continue,
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
        }
        drain(&house).await;
    }
}

/// Works on what is due until nothing is. Answers how many rows that were.
pub async fn drain(house: &House) -> usize {
    let mut worked = 0;
    let mut running = JoinSet::new();
    loop {
        let free = AT_ONCE.saturating_sub(running.len());
        let now = house.clock.now();
        let rows = match house.store.claim_outbox(now, LEASE_SECONDS, free as u64).await {
            Ok(rows) => rows,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the outbox could not be read");
                Vec::new()
            }
        };
        worked += rows.len();
        for row in rows {
            running.spawn(work(house.clone(), row));
        }
        // One that takes long keeps none of the others waiting.
        if running.join_next().await.is_none() {
            return worked;
        }
        while running.try_join_next().is_some() {}
    }
}

async fn work(house: House, row: OutboxRow) {
    if row.kind == APP_DECISION {
        return app_decision::work(&house, &row).await;
    }
    if row.kind == RESOLVE {
        return app_resolve::work(&house, &row).await;
    }
    if effect::is_one(&row) {
        return effect::work(&house, &row).await;
    }
    if row.kind == APP_END {
        return app_end::work(&house, &row).await;
    }
    if approval_message::is_one(&row) {
        return approval_message::work(&house, &row).await;
    }
    let ending = prepared(&row, perform(&house, &row).await, |error| Ending::Later {
        seconds: PAUSES[0],
        error,
    });
    match &ending {
        Ending::Sent { .. } => tracing::debug!(outbox.id = row.id, "outbox row done"),
        Ending::Later { seconds, error } => tracing::info!(outbox.id = row.id, seconds, error, "outbox row waits"),
        Ending::Unsure { error, .. } => tracing::warn!(outbox.id = row.id, error, "outbox row of unknown fate"),
        Ending::Failed { error, .. } => tracing::warn!(outbox.id = row.id, error, "outbox row given up"),
    }
    write_down(&row, || write(&house, &row, ending.clone())).await;
}

/// What came of a try. Where it could not even be prepared no call has left, since only reading fails before one:
/// `later` says when it is tried again, given the code of that.
fn prepared<T>(row: &OutboxRow, tried: Result<T, StoreError>, later: impl FnOnce(String) -> T) -> T {
    tried.unwrap_or_else(|error| {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(
            outbox.id = row.id,
            outbox.kind = row.kind,
            error,
            "an outbox row could not be prepared"
        );
        later("storage".to_owned())
    })
}

/// Writes what came of a row, more than once where storage fails: nobody else knows it. Given up, the row's lease
/// runs out, and whoever takes it then knows that it may have been sent.
async fn write_down<F>(row: &OutboxRow, write: impl Fn() -> F)
where
    F: Future<Output = Result<(), StoreError>>,
{
    for _ in 0..WRITES {
        let Err(error) = write().await else {
            return;
        };
        let cause = error.to_string();
        tracing::warn!(
            outbox.id = row.id,
            cause,
            "what came of an outbox row could not be written"
        );
        tokio::time::sleep(WRITE_PAUSE).await;
    }
}

async fn perform(house: &House, row: &OutboxRow) -> Result<Ending, StoreError> {
    let request = match row.request {
        Some(id) => house.store.request(id).await?,
        None => None,
    };
    let Some(request) = request else {
        return Ok(failed("unknown_request"));
    };
    match row.kind.as_str() {
        OFFER => offer::send(house, row, &request).await,
        CLOSE => close::update(house, row, &request).await,
        _ => Ok(failed("unknown_kind")),
    }
}

async fn write(house: &House, row: &OutboxRow, ending: Ending) -> Result<(), StoreError> {
    let (store, now) = (&house.store, house.clock.now());
    let of_request = |step: Option<Step>| row.request.zip(step);
    match ending {
        Ending::Sent { receipt, step } => store.outbox_sent(&row.id, &receipt, of_request(step), now).await,
        Ending::Later { seconds, error } => store.outbox_retry(&row.id, now.plus_seconds(seconds), &error).await,
        Ending::Unsure { error, step } => store.outbox_uncertain(&row.id, &error, of_request(step), now).await,
        Ending::Failed { error, step } => store.outbox_failed(&row.id, &error, of_request(step), now).await,
    }
}

fn failed(error: &str) -> Ending {
    Ending::Failed {
        error: error.to_owned(),
        step: None,
    }
}

/// How long to wait after a failure that did nothing; `None` when it has been tried often enough.
/// `tries` counts the calls made, this one included.
fn pause(error: &CallError, tries: u32) -> Option<i64> {
    let pause = pause_of(tries)?;
    let asked = match error {
        CallError::RateLimited { retry_after } => i64::try_from(retry_after.as_secs()).unwrap_or(0) + 1,
        _ => 0,
    };
    Some(pause.max(asked))
}

/// The wait after so many tries; `None` when that was the last.
fn pause_of(tries: u32) -> Option<i64> {
    PAUSES.get(usize::try_from(tries.max(1) - 1).ok()?).copied()
}

/// Where the request's message is, once it was sent.
fn offered(request: &PermissionRequest) -> Option<(&ResourceId, &str)> {
    request.steps().iter().find_map(|step| match &step.what {
        // The answer to a command is seen by one person only and has no name to update it by.
        Happening::Offered { channel, message_ts } if !message_ts.is_empty() => Some((channel, message_ts.as_str())),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use grantbook_api::error::TransportKind;

    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let error = CallError::Transport(TransportKind::Connect);
        let pauses: Vec<_> = (1..=6).map(|tries| pause(&error, tries)).collect();
        assert_eq!(pauses, [Some(1), Some(5), Some(30), Some(120), Some(600), None]);
    }

    #[test]
    fn slack_is_not_asked_before_it_wants_to_be() {
        let error = CallError::RateLimited {
            retry_after: Duration::from_secs(40),
        };
        assert_eq!(pause(&error, 1), Some(41));
        assert_eq!(pause(&error, 5), Some(600));
    }
}
