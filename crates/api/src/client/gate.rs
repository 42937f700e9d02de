//! `Gate`: remembers until when Slack does not want to hear a method from an installation.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// What a rate limit applies to: one method, called by one installation (or, without one, by one app).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Lane {
    pub(super) method: Cow<'static, str>,
    caller: String,
}

impl Lane {
    pub(super) fn new(method: impl Into<Cow<'static, str>>, caller: String) -> Self {
        Self {
            method: method.into(),
            caller,
        }
    }
}

/// The lanes that are closed, and until when.
#[derive(Debug, Default)]
pub(super) struct Gate(Mutex<HashMap<Lane, Instant>>);

impl Gate {
    /// Closes a lane from now on. A lane that is closed for longer stays so.
    pub(super) fn close(&self, lane: &Lane, wait: Duration) {
        let now = Instant::now();
        let until = now + wait;
        let mut closed = self.lock();
        closed.retain(|_, end| *end > now);
        let end = closed.entry(lane.clone()).or_insert(until);
        *end = (*end).max(until);
    }

    /// How much longer a lane is closed; none when it is open.
    pub(super) fn remaining(&self, lane: &Lane) -> Option<Duration> {
        let end = *self.lock().get(lane)?;
        Some(end.saturating_duration_since(Instant::now())).filter(|wait| !wait.is_zero())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Lane, Instant>> {
        // A panic elsewhere leaves the map as valid as before.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_lane_is_closed_for_as_long_as_told_and_others_stay_open() {
        let gate = Gate::default();
        let lane = Lane::new("auth.test", "insectoid.T1".to_owned());
        let other_team = Lane::new("auth.test", "insectoid.T2".to_owned());
        let other_method = Lane::new("team.info", "insectoid.T1".to_owned());
        gate.close(&lane, Duration::from_secs(30));
        gate.close(&lane, Duration::from_secs(10));
        assert_eq!(gate.remaining(&lane), Some(Duration::from_secs(30)));
        assert_eq!(gate.remaining(&other_team), None);
        assert_eq!(gate.remaining(&other_method), None);
        tokio::time::advance(Duration::from_secs(31)).await;
        assert_eq!(gate.remaining(&lane), None);
        gate.close(&other_team, Duration::from_secs(1));
        assert_eq!(gate.lock().len(), 1, "open lanes are forgotten");
    }
}
