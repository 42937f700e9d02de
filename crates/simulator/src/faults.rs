//! What can be made to go wrong: by method or event, a number of times, and to a share of them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use grantbook_api::ErrorCode;
use serde::{Deserialize, Serialize};

/// A way to go wrong. The first four stand in for the call; with the three after them the call is carried
/// out and only its answer suffers.
///
/// A delay can also be set for what people press and type, by the name of its kind
/// (`interactive_message`, `block_actions`, `slash_command`): then the app hears of it so much later, by
/// the virtual clock, and its trigger is that old. By an event's type, as in `app_requested`, an event can be
/// delayed likewise, dropped (no app ever hears of it) or sent twice.
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
    /// An event is sent twice, side by side, under the same `event_id`: once as ever, and once as the retry that
    /// follows an acknowledgement that Slack did not get.
    Duplicate,
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
            Self::Duplicate => "duplicate",
        }
    }

    /// Whether a call of a method can meet it.
    pub(crate) const fn hits_calls(&self) -> bool {
        !matches!(self, Self::Duplicate)
    }

    /// Whether an event can meet it.
    pub(crate) const fn hits_events(&self) -> bool {
        matches!(self, Self::Duplicate | Self::Drop | Self::DelayMs { .. })
    }

    /// Whether what somebody presses or types can meet it.
    pub(crate) const fn hits_posts(&self) -> bool {
        matches!(self, Self::DelayMs { .. })
    }
}

/// Faults to come, for all methods and events whose names fit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FaultPlan {
    /// A method, an event's type, or the beginning of such names with `*` behind it, as in `admin.apps.*`.
    pub method: String,
    /// What happens, in turn.
    pub faults: Vec<Fault>,
    /// To how many of a hundred calls or events; to all when absent. Which ones depends on nothing but how many
    /// came before.
    #[serde(default = "all")]
    pub percent: u8,
    /// How often in all; without end when absent.
    #[serde(default)]
    pub count: Option<u32>,
}

const fn all() -> u8 {
    100
}

impl FaultPlan {
    /// Whether every fault in it can hit what it names: a method has a dot in its name, an event has none.
    pub fn is_possible(&self) -> bool {
        let fits = |fault: &Fault| match self.method.trim_end_matches('*') {
            "" => true,
            name if name.contains('.') => fault.hits_calls(),
            _ => fault.hits_events(),
        };
        !self.faults.is_empty() && self.faults.iter().all(fits) && (1..=100).contains(&self.percent)
    }

    fn fits(&self, name: &str) -> bool {
        let beginning = self.method.strip_suffix('*');
        beginning.map_or(self.method == name, |beginning| name.starts_with(beginning))
    }
}

#[derive(Debug)]
struct Planned {
    plan: FaultPlan,
    /// How many it was asked about.
    seen: u64,
    /// How many it met.
    met: usize,
}

impl Planned {
    fn take(&mut self, name: &str, possible: fn(&Fault) -> bool) -> Option<Fault> {
        let plan = &mut self.plan;
        if plan.count == Some(0) || !plan.fits(name) {
            return None;
        }
        let fault = plan.faults.get(self.met % plan.faults.len().max(1))?;
        if !possible(fault) {
            return None;
        }
        self.seen += 1;
        if scattered(self.seen) % 100 >= u64::from(plan.percent) {
            return None;
        }
        self.met += 1;
        plan.count = plan.count.map(|left| left - 1);
        Some(fault.clone())
    }
}

/// The number of a call, scattered over all numbers, so that no rhythm of calls meets always or never (`SplitMix64`).
const fn scattered(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Planned>>);

impl Faults {
    pub(crate) fn set(&self, plan: FaultPlan) {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        faults.push(Planned { plan, seen: 0, met: 0 });
    }

    /// The fault that the next call of a method, or the next event of a type, meets; it is used up.
    pub(crate) fn take(&self, name: &str, possible: fn(&Fault) -> bool) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = faults.iter_mut().find_map(|planned| planned.take(name, possible));
        if found.is_some() {
            faults.retain(|planned| planned.plan.count != Some(0));
        }
        found
    }

    /// How many faults are still to come, by method; none for those without end.
    pub(crate) fn left(&self) -> BTreeMap<String, Option<u32>> {
        let faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sums: BTreeMap<String, Option<u32>> = BTreeMap::new();
        for Planned { plan, .. } in faults.iter() {
            let sum = sums.entry(plan.method.clone()).or_insert(Some(0));
            *sum = sum.zip(plan.count).map(|(sum, left)| sum.saturating_add(left));
        }
        sums
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(method: &str, faults: &[Fault], percent: u8, count: Option<u32>) -> FaultPlan {
        FaultPlan {
            method: method.to_owned(),
            faults: faults.to_vec(),
            percent,
            count,
        }
    }

    #[test]
    fn faults_are_met_in_order_and_as_often_as_set() {
        let faults = Faults::default();
        faults.set(plan("auth.test", &[Fault::Drop], 100, Some(2)));
        faults.set(plan("auth.test", &[Fault::HalfBody], 100, Some(1)));
        assert_eq!(faults.left(), [("auth.test".to_owned(), Some(3))].into());
        assert_eq!(faults.take("chat.postMessage", Fault::hits_calls), None);
        let met: Vec<_> = std::iter::from_fn(|| faults.take("auth.test", Fault::hits_calls))
            .map(|fault| fault.name())
            .collect();
        assert_eq!(met, ["drop", "drop", "half_body"]);
        assert!(faults.left().is_empty());
    }

    #[test]
    fn a_share_of_the_calls_meets_them_in_turn_and_in_no_rhythm() {
        let faults = Faults::default();
        let kinds = [Fault::Drop, Fault::LostAnswer];
        faults.set(plan("admin.apps.*", &kinds, 20, None));
        let met: Vec<bool> = (0..10_000)
            .map(|_| faults.take("admin.apps.approve", Fault::hits_calls).is_some())
            .collect();
        let share = met.iter().filter(|met| **met).count();
        assert!((1_900..=2_100).contains(&share), "{share}");
        for every in 2..=10 {
            for first in 0..every {
                let of_these = met.iter().skip(first).step_by(every);
                let (met, all) = (of_these.clone().filter(|met| **met).count(), of_these.count());
                assert!(
                    met * 100 / all > 12 && met * 100 / all < 28,
                    "{met} of {all}, every {every}"
                );
            }
        }
        assert_eq!(faults.left(), [("admin.apps.*".to_owned(), None)].into());
        assert_eq!(faults.take("apps.uninstall", Fault::hits_calls), None);
    }

    #[test]
    fn what_cannot_happen_is_not_used_up() {
        let faults = Faults::default();
        faults.set(plan("*", &[Fault::Duplicate], 100, Some(1)));
        assert_eq!(faults.take("auth.test", Fault::hits_calls), None);
        assert_eq!(faults.take("app_requested", Fault::hits_events), Some(Fault::Duplicate));
        assert!(!plan("auth.test", &[Fault::Duplicate], 100, None).is_possible());
        assert!(!plan("app_requested", &[Fault::HalfBody], 100, None).is_possible());
        assert!(!plan("auth.test", &[], 100, None).is_possible());
        assert!(!plan("auth.test", &[Fault::Drop], 0, None).is_possible());
    }
}
