//! `VirtualClock`: real time plus an offset, which tests and people may turn.
//!
//! Whoever sleeps on it wakes when it is turned past the moment awaited, so that a retry due in five
//! minutes can be seen at once. Cheap to clone; all clones are one clock.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use grantbook_core::Timestamp;
use tokio::sync::Notify;

/// A clock that can be turned.
#[derive(Clone, Debug, Default)]
pub struct VirtualClock(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    hands: Mutex<Hands>,
    turned: Notify,
}

#[derive(Clone, Copy, Debug, Default)]
struct Hands {
    offset_micros: i64,
    frozen_at: Option<Timestamp>,
}

impl VirtualClock {
    /// A clock that shows real time until somebody turns it.
    pub fn new() -> Self {
        Self::default()
    }

    /// A clock that stands still at `moment`.
    pub fn frozen(moment: Timestamp) -> Self {
        let clock = Self::new();
        clock.change(|hands| hands.frozen_at = Some(moment));
        clock
    }

    /// What the clock shows.
    pub fn now(&self) -> Timestamp {
        let hands = *self.0.hands.lock().unwrap_or_else(PoisonError::into_inner);
        hands
            .frozen_at
            .unwrap_or_else(|| shifted(real_time(), hands.offset_micros))
    }

    /// How far the clock is from real time, in seconds; negative when it is behind.
    pub fn offset_seconds(&self) -> i64 {
        (self.now().micros() - real_time().micros()) / 1_000_000
    }

    /// Whether the clock stands still.
    pub fn is_frozen(&self) -> bool {
        self.0
            .hands
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .frozen_at
            .is_some()
    }

    /// Turns the clock to `moment`; it goes on from there unless it stands still.
    pub fn set(&self, moment: Timestamp) {
        self.change(|hands| {
            hands.offset_micros = moment.micros().saturating_sub(real_time().micros());
            hands.frozen_at = hands.frozen_at.map(|_| moment);
        });
    }

    /// Turns the clock forward.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.change(|hands| {
            hands.offset_micros = hands.offset_micros.saturating_add(micros);
            hands.frozen_at = hands.frozen_at.map(|moment| shifted(moment, micros));
        });
    }

    /// Stops the clock at what it shows.
    pub fn freeze(&self) {
        let now = self.now();
        self.change(|hands| hands.frozen_at = Some(now));
    }

    /// Lets a stopped clock go on from where it stands.
    pub fn thaw(&self) {
        self.change(|hands| {
            if let Some(moment) = hands.frozen_at.take() {
                hands.offset_micros = moment.micros().saturating_sub(real_time().micros());
            }
        });
    }

    /// Back to real time.
    pub fn reset(&self) {
        self.change(|hands| *hands = Hands::default());
    }

    /// Waits until the clock shows `moment` or later, by running or by being turned.
    pub async fn sleep_until(&self, moment: Timestamp) {
        loop {
            let turned = self.0.turned.notified();
            tokio::pin!(turned);
            // Registered before the look at the clock, so that no turn is missed in between.
            turned.as_mut().enable();
            let missing = moment.micros().saturating_sub(self.now().micros());
            let Ok(missing @ 1..) = u64::try_from(missing) else {
                return;
            };
            if self.is_frozen() {
                turned.await;
            } else {
                tokio::select! {
                    () = turned => {}
                    () = tokio::time::sleep(Duration::from_micros(missing)) => {}
                }
            }
        }
    }

    /// Waits until somebody turns the clock.
    pub(crate) async fn turned(&self) {
        self.0.turned.notified().await;
    }

    fn change(&self, change: impl FnOnce(&mut Hands)) {
        change(&mut self.0.hands.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.turned.notify_waiters();
    }
}

const fn shifted(moment: Timestamp, micros: i64) -> Timestamp {
    Timestamp::from_micros(moment.micros().saturating_add(micros))
}

fn real_time() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the simulator's one source of real time"
    )]
    let now = std::time::SystemTime::now();
    let since = now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_turned() {
        let clock = VirtualClock::frozen(Timestamp::from_seconds(1_000));
        assert_eq!(clock.now(), Timestamp::from_seconds(1_000));
        clock.advance(Duration::from_secs(60));
        assert_eq!(clock.now(), Timestamp::from_seconds(1_060));
        clock.set(Timestamp::from_seconds(5));
        assert_eq!(clock.now(), Timestamp::from_seconds(5));
        clock.thaw();
        assert!(clock.now() >= Timestamp::from_seconds(5) && clock.now() < Timestamp::from_seconds(60));
    }

    #[tokio::test]
    async fn whoever_sleeps_wakes_when_the_clock_is_turned() {
        let clock = VirtualClock::new();
        let due = clock.now().plus_seconds(300);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(due).await }
        });
        clock.advance(Duration::from_secs(100));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(201));
        tokio::time::timeout(Duration::from_secs(5), sleeper)
            .await
            .unwrap()
            .unwrap();
    }
}
