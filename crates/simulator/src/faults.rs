//! What can be made to go wrong, by method and a number of times.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use grantbook_api::ErrorCode;
use serde::{Deserialize, Serialize};

/// A way to go wrong. The first four stand in for the call; with the others the call is carried
/// out and only its answer suffers.
///
/// A delay can also be set for what people press and type, by the name of its kind
/// (`interactive_message`, `block_actions`, `slash_command`): then the app hears of it so much later, by
/// the virtual clock, and its trigger is that old.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// `{"ok":false,"error":…}` with HTTP 200.
    Error {
        /// The refusal's name.
        error: ErrorCode,
    },
    /// HTTP 429.
    RateLimited {
        /// The `Retry-After` header, in seconds.
        #[serde(default = "half_a_minute")]
        retry_after: u64,
    },
    /// A page instead of JSON, as a proxy or a broken Slack answers.
    Html {
        /// The HTTP status.
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    /// The connection closes without an answer, and nothing was done.
    Drop,
    /// The connection closes in the middle of the body.
    HalfBody,
    /// The deed is done, and the connection closes without an answer.
    LostAnswer,
    /// The answer is late.
    DelayMs {
        /// By how much, in milliseconds of real time.
        delay_ms: u64,
    },
}

const fn half_a_minute() -> u64 {
    30
}

const fn bad_gateway() -> u16 {
    502
}

impl Fault {
    /// The fault's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Error { .. } => "error",
            Self::RateLimited { .. } => "rate_limited",
            Self::Html { .. } => "html",
            Self::HalfBody => "half_body",
            Self::Drop => "drop",
            Self::LostAnswer => "lost_answer",
            Self::DelayMs { .. } => "delay_ms",
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<BTreeMap<String, VecDeque<(Fault, u32)>>>);

impl Faults {
    pub(crate) fn set(&self, method: &str, fault: Fault, count: u32) {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        faults.entry(method.to_owned()).or_default().push_back((fault, count));
    }

    /// The fault that the next call of a method meets; it is used up.
    pub(crate) fn take(&self, method: &str) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = faults.get_mut(method)?;
        loop {
            let (fault, left) = queue.front_mut()?;
            if *left == 0 {
                queue.pop_front();
                continue;
            }
            *left -= 1;
            return Some(fault.clone());
        }
    }

    /// How many faults are still to come, by method.
    pub(crate) fn left(&self) -> BTreeMap<String, u32> {
        let faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sums = faults
            .iter()
            .map(|(method, queue)| (method.clone(), queue.iter().map(|(_, left)| left).sum::<u32>()));
        sums.filter(|(_, left)| *left > 0).collect()
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_met_in_order_and_as_often_as_set() {
        let faults = Faults::default();
        faults.set("auth.test", Fault::Drop, 2);
        faults.set("auth.test", Fault::HalfBody, 1);
        assert_eq!(faults.take("chat.postMessage"), None);
        let met: Vec<_> = std::iter::from_fn(|| faults.take("auth.test"))
            .map(|fault| fault.name())
            .collect();
        assert_eq!(met, ["drop", "drop", "half_body"]);
        assert!(faults.left().is_empty());
    }
}
