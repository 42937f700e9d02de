//! The delivery log: every event sent, each attempt, and what is still to come.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use grantbook_api::deliver::{Delivered, DeliveryFailure};
use grantbook_core::{AppId, Tenant, Timestamp};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Notify;

use crate::clock::VirtualClock;

/// The deliveries kept; older ones are forgotten, though still sent.
const KEPT: usize = 2_000;

/// One event, press or command on its way to an app.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Delivery {
    /// Counts from one.
    pub id: u64,
    /// When the event happened.
    pub at: Timestamp,
    /// The app.
    pub app: AppId,
    /// The installation's workspace.
    pub tenant: Option<Tenant>,
    /// The event's name, the same on every attempt; of a press or command, its trigger.
    pub event_id: String,
    /// Its type, as in `resources_added`; `interactive_message`, `block_actions` or `slash_command`.
    pub event_type: String,
    /// Where it goes; none when the app has no events address.
    pub url: Option<String>,
    /// What is sent, without the verification token and addresses that are secrets.
    pub body: Value,
    /// What was tried.
    pub attempts: Vec<Attempt>,
    /// Whether it is never tried again: what people press and type is not.
    pub once: bool,
    /// Where it stands.
    pub state: DeliveryState,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DeliveryState {
    /// An attempt is under way.
    Sending,
    /// The next attempt is due later.
    Waiting {
        /// When.
        until: Timestamp,
    },
    /// The app answered 2xx.
    Delivered,
    /// No attempt is left, or the app wanted none.
    GaveUp,
    /// The app has no events address.
    NoAddress,
}

/// One POST.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// When it was signed and sent.
    pub at: Timestamp,
    /// The `x-slack-retry-reason` it carried; none on the first.
    pub retry_reason: Option<&'static str>,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub failure: Option<&'static str>,
    /// How long the answer took, in milliseconds.
    pub duration_ms: Option<u64>,
}

impl Attempt {
    pub(crate) fn new(
        at: Timestamp,
        retry_reason: Option<&'static str>,
        outcome: &Result<Delivered, DeliveryFailure>,
    ) -> Self {
        let answer = outcome.as_ref().ok();
        Self {
            at,
            retry_reason,
            status: answer.map(|answer| answer.status),
            failure: outcome.as_ref().err().map(|failure| failure.retry_reason()),
            duration_ms: answer.map(|answer| u64::try_from(answer.duration.as_millis()).unwrap_or(u64::MAX)),
        }
    }
}

/// The payload without the deprecated verification token, which is a secret of the app.
pub(crate) fn without_token(mut payload: Value) -> Value {
    if let Value::Object(fields) = &mut payload {
        fields.remove("token");
    }
    payload
}

#[derive(Debug, Default)]
pub(crate) struct DeliveryLog {
    kept: Mutex<Kept>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Kept {
    deliveries: VecDeque<Delivery>,
    last: u64,
    /// Every delivery not finished, and until when it waits.
    pending: BTreeMap<u64, Option<Timestamp>>,
}

impl Kept {
    fn find(&mut self, id: u64) -> Option<&mut Delivery> {
        let first = self.deliveries.front()?.id;
        self.deliveries.get_mut(usize::try_from(id.checked_sub(first)?).ok()?)
    }

    fn set_state(&mut self, id: u64, state: DeliveryState) {
        match state {
            DeliveryState::Sending => _ = self.pending.insert(id, None),
            DeliveryState::Waiting { until } => _ = self.pending.insert(id, Some(until)),
            DeliveryState::Delivered | DeliveryState::GaveUp | DeliveryState::NoAddress => _ = self.pending.remove(&id),
        }
        if let Some(delivery) = self.find(id) {
            delivery.state = state;
        }
    }
}

impl DeliveryLog {
    pub(crate) fn begin(&self, mut delivery: Delivery) -> u64 {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        let (id, state) = (kept.last, delivery.state);
        delivery.id = id;
        kept.deliveries.push_back(delivery);
        if kept.deliveries.len() > KEPT {
            kept.deliveries.pop_front();
        }
        kept.set_state(id, state);
        id
    }

    pub(crate) fn set_state(&self, id: u64, state: DeliveryState) {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .set_state(id, state);
        self.changed.notify_waiters();
    }

    /// Keeps an attempt and, when it was the last, how the delivery ended.
    pub(crate) fn attempted(&self, id: u64, attempt: Attempt, end: Option<DeliveryState>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(delivery) = kept.find(id) {
            delivery.attempts.push(attempt);
        }
        if let Some(state) = end {
            kept.set_state(id, state);
        }
        drop(kept);
        self.changed.notify_waiters();
    }

    /// All deliveries, oldest first.
    pub(crate) fn list(&self) -> Vec<Delivery> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .deliveries
            .iter()
            .cloned()
            .collect()
    }

    /// The latest, newest first.
    pub(crate) fn latest(&self, count: usize) -> Vec<Delivery> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.deliveries.iter().rev().take(count).cloned().collect()
    }

    /// Waits until nothing is being sent and nothing is due by `clock`.
    pub(crate) async fn idle(&self, clock: &VirtualClock) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let now = clock.now();
            let busy = {
                let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.pending.values().any(|until| until.is_none_or(|due| due <= now))
            };
            if !busy {
                return;
            }
            tokio::select! {
                () = changed => {}
                () = clock.turned() => {}
            }
        }
    }
}
