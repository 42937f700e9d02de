//! Rate limits: per method, workspace, app and minute.
//!
//! Slack publishes a floor per tier (1+, 20+, 50+, 100+) and tolerates bursts of a size it does not
//! state. Here a minute holds twice the floor, except tier 1, which holds ten.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use grantbook_core::{AppId, TeamId, Timestamp};
use serde::Deserialize;

/// A method's rate tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Tier {
    #[serde(rename = "Tier 1")]
    One,
    #[serde(rename = "Tier 2")]
    Two,
    #[serde(rename = "Tier 3")]
    Three,
    #[serde(rename = "Tier 4")]
    Four,
    Special,
}

impl Tier {
    const fn per_minute(self) -> u32 {
        match self {
            Self::One => 10,
            Self::Two => 40,
            Self::Three => 100,
            Self::Four => 200,
            Self::Special => 600,
        }
    }
}

/// Refreshes of workspace tokens: ten a minute, with bursts of fifty (August 2018).
const REFRESHES_PER_MINUTE: i64 = 10;
const REFRESH_BURST: i64 = 50;

/// The time in which one more refresh is earned, in microseconds.
const REFRESH_MICROS: i64 = 60_000_000 / REFRESHES_PER_MINUTE;

type Key = (String, AppId, Option<TeamId>);

#[derive(Debug)]
pub(crate) struct Limits {
    enabled: bool,
    /// The minute counted, and the calls in it.
    counts: Mutex<(i64, BTreeMap<Key, u32>)>,
    /// By app and workspace, when every refresh that was made is earned again.
    refreshes: Mutex<BTreeMap<(AppId, Option<TeamId>), i64>>,
}

impl Limits {
    pub(crate) fn new(enabled: bool) -> Self {
        Self {
            enabled,
            counts: Mutex::default(),
            refreshes: Mutex::default(),
        }
    }

    /// Counts a call; an error holds the seconds until the minute is over.
    pub(crate) fn count(
        &self,
        method: &str,
        tier: Tier,
        app: &AppId,
        team: Option<&TeamId>,
        now: Timestamp,
    ) -> Result<(), u64> {
        self.count_up_to(method, tier.per_minute(), app, team, now)
    }

    /// Counts a refresh; an error holds the seconds until the next is earned.
    pub(crate) fn count_refresh(&self, app: &AppId, team: Option<&TeamId>, now: Timestamp) -> Result<(), u64> {
        if !self.enabled {
            return Ok(());
        }
        let mut refreshes = self.refreshes.lock().unwrap_or_else(PoisonError::into_inner);
        let earned = refreshes.entry((app.clone(), team.cloned())).or_default();
        let after = (*earned).max(now.micros()) + REFRESH_MICROS;
        let over = after - now.micros() - REFRESH_BURST * REFRESH_MICROS;
        if over > 0 {
            return Err(over.unsigned_abs().div_ceil(1_000_000));
        }
        *earned = after;
        Ok(())
    }

    fn count_up_to(
        &self,
        name: &str,
        most: u32,
        app: &AppId,
        team: Option<&TeamId>,
        now: Timestamp,
    ) -> Result<(), u64> {
        if !self.enabled {
            return Ok(());
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.seconds().div_euclid(60);
        if counts.0 != minute {
            *counts = (minute, BTreeMap::new());
        }
        let count = counts
            .1
            .entry((name.to_owned(), app.clone(), team.cloned()))
            .or_default();
        if *count >= most {
            return Err((60 - now.seconds().rem_euclid(60)).unsigned_abs());
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_minute_says_how_long_to_wait_and_others_are_not_affected() {
        let limits = Limits::new(true);
        let (app, other) = (AppId::new("A1").unwrap(), AppId::new("A2").unwrap());
        let at = |seconds| Timestamp::from_seconds(seconds);
        for _ in 0..10 {
            assert_eq!(limits.count("apps.uninstall", Tier::One, &app, None, at(125)), Ok(()));
        }
        assert_eq!(limits.count("apps.uninstall", Tier::One, &app, None, at(125)), Err(55));
        assert_eq!(limits.count("apps.uninstall", Tier::One, &other, None, at(125)), Ok(()));
        assert_eq!(limits.count("apps.uninstall", Tier::One, &app, None, at(180)), Ok(()));
        assert_eq!(Limits::new(false).count("x", Tier::One, &app, None, at(0)), Ok(()));
    }

    #[test]
    fn fifty_refreshes_may_come_at_once_and_then_ten_a_minute() {
        let limits = Limits::new(true);
        let (app, team) = (AppId::new("A1").unwrap(), TeamId::new("T1").unwrap());
        let refresh = |second| limits.count_refresh(&app, Some(&team), Timestamp::from_seconds(second));
        for _ in 0..50 {
            assert_eq!(refresh(1_000), Ok(()));
        }
        assert_eq!((refresh(1_000), refresh(1_004)), (Err(6), Err(2)));
        assert_eq!((refresh(1_006), refresh(1_006)), (Ok(()), Err(6)));
        let other = TeamId::new("T2").unwrap();
        assert_eq!(
            limits.count_refresh(&app, Some(&other), Timestamp::from_seconds(1_006)),
            Ok(())
        );
    }
}
