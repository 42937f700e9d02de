//! What the three seconds are measured by: how fast calls leave, and how many triggers were too old.
//!
//! Without a recorder (tests, commands) nothing is kept; the server installs one.

use std::time::Duration;

use grantbook_core::request::TRIGGER_LIFE_MS;
use metrics::{counter, histogram};

/// Counter: triggers that Slack was called with.
pub const TRIGGERS_SPENT: &str = "grantbook_triggers_spent_total";
/// Counter: triggers that were three seconds old or older before Slack was called, or could have been.
pub const TRIGGERS_LATE: &str = "grantbook_triggers_late_total";
/// Histogram: seconds from a press's arrival to the call's leaving.
pub const TRIGGER_LEFT_SECONDS: &str = "grantbook_trigger_left_seconds";

/// A call leaves, so many microseconds after its press arrived; its trigger is so many milliseconds old.
pub(super) fn left(left_us: u64, age_ms: u64) {
    counter!(TRIGGERS_SPENT).increment(1);
    histogram!(TRIGGER_LEFT_SECONDS).record(Duration::from_micros(left_us).as_secs_f64());
    ended(age_ms);
}

/// A trigger is done with, whether or not a call left for it.
pub(super) fn ended(age_ms: u64) {
    if age_ms >= TRIGGER_LIFE_MS {
        counter!(TRIGGERS_LATE).increment(1);
    }
}
