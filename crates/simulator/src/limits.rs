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
const REFRESHES_PER_MINUTE: u32 = 50;

type Key = (String, AppId, Option<TeamId>);

#[derive(Debug)]
pub(crate) struct Limits {
    enabled: bool,
    /// The minute counted, and the calls in it.
    counts: Mutex<(i64, BTreeMap<Key, u32>)>,
}

impl Limits {
    pub(crate) fn new(enabled: bool) -> Self {
        Self {
            enabled,
            counts: Mutex::default(),
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

    /// Counts a refresh.
    pub(crate) fn count_refresh(&self, app: &AppId, now: Timestamp) -> Result<(), u64> {
        self.count_up_to("oauth.access refresh", REFRESHES_PER_MINUTE, app, None, now)
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
}
