//! `Pulse`: until when everything that was committed has been told here for sure.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::time::Instant;

/// A pulse older than this counts for nothing: the line may be dead.
const LONGEST: Duration = Duration::from_secs(3);

/// Nobody listens.
const NEVER: u64 = 0;

/// The last moment of which it is known that all commits before it were told.
#[derive(Debug)]
pub(super) struct Pulse {
    /// Whether other processes commit too.
    shared: bool,
    began: Instant,
    /// In microseconds after `began`, and one.
    confirmed: AtomicU64,
}

impl Pulse {
    pub(super) fn new(shared: bool) -> Self {
        Self {
            shared,
            began: Instant::now(),
            confirmed: AtomicU64::new(NEVER),
        }
    }

    /// All that was committed before `moment` has been told.
    pub(super) fn confirm(&self, moment: Instant) {
        let micros = moment.saturating_duration_since(self.began).as_micros();
        let micros = u64::try_from(micros).unwrap_or(u64::MAX - 1) + 1;
        self.confirmed.store(micros, Ordering::SeqCst);
    }

    /// Nothing is known any more.
    pub(super) fn stop(&self) {
        self.confirmed.store(NEVER, Ordering::SeqCst);
    }

    /// How long ago that moment is; `None` where it is not known, or too long ago.
    pub(super) fn behind(&self) -> Option<Duration> {
        if !self.shared {
            return Some(Duration::ZERO);
        }
        let micros = self.confirmed.load(Ordering::SeqCst).checked_sub(1)?;
        let age = (self.began + Duration::from_micros(micros)).elapsed();
        (age <= LONGEST).then_some(age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_shared_database_is_trusted_for_three_seconds_after_each_beat() {
        let pulse = Pulse::new(true);
        assert_eq!(pulse.behind(), None);
        pulse.confirm(Instant::now());
        tokio::time::advance(Duration::from_millis(1_500)).await;
        assert_eq!(pulse.behind(), Some(Duration::from_millis(1_500)));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(pulse.behind(), None);
        pulse.confirm(Instant::now());
        assert_eq!(pulse.behind(), Some(Duration::ZERO));
        pulse.stop();
        assert_eq!(pulse.behind(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_alone_hears_everything() {
        let pulse = Pulse::new(false);
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(pulse.behind(), Some(Duration::ZERO));
    }
}
