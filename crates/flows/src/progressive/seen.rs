//! `Seen`: presses that arrived a short while ago, so that one delivered twice is spent once.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::Press;

/// How long a press is remembered. Triggers live three seconds; Slack's retries end after five minutes.
const MEMORY: Duration = Duration::from_secs(600);
/// Presses remembered before old ones are looked for.
const SWEEP_AT: usize = 4_096;

/// Rounds by app, with the moment they were seen.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<HashMap<(i64, String), Instant>>);

impl Seen {
    /// Whether this press is new here; from now on it is not.
    pub(crate) fn first(&self, press: &Press) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= SWEEP_AT {
            seen.retain(|_, at| at.elapsed() < MEMORY);
        }
        seen.insert((press.app_row, press.round.clone()), Instant::now())
            .is_none()
    }
}
