//! The as-of control: which moments can be shown, and where they stand on the track.

use grantbook_core::{Timestamp, view::ChangeTick};

use super::{
    number::{count, len, thousands},
    time_words::date,
};

/// The drawing is so wide and so high, in units of its own.
pub const WIDTH: f64 = 490.0;
/// Free space at both ends.
const MARGIN: f64 = 10.0;

/// The track: days with changes between the first of them and now.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Ticks, oldest first.
    pub ticks: Vec<Tick>,
    from: Timestamp,
    to: Timestamp,
}

/// One day with changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The day's last change.
    pub at: Timestamp,
    /// Where it stands.
    pub x: f64,
    /// Something was taken away or refused.
    pub removal: bool,
    /// More happened than on most days: drawn taller.
    pub busy: bool,
}

impl Track {
    /// The track of `changes` as it stands at `now`.
    pub fn of(changes: &[ChangeTick], now: Timestamp) -> Self {
        let from = changes.first().map_or(now, |tick| tick.at);
        let mut track = Self {
            ticks: Vec::new(),
            from,
            to: now.max(from),
        };
        let total: u64 = changes.iter().map(|tick| tick.entries).sum();
        let usual = total / len(changes).max(1);
        track.ticks = changes
            .iter()
            .map(|tick| Tick {
                at: tick.at,
                x: track.x(tick.at),
                removal: tick.removal,
                busy: tick.entries > usual,
            })
            .collect();
        track
    }

    /// Where a moment stands.
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
    pub fn x(&self, at: Timestamp) -> f64 {
        let span = (self.to.seconds() - self.from.seconds()).max(1) as f64;
        let passed = (at.seconds() - self.from.seconds()) as f64;
        let share = (passed / span).clamp(0.0, 1.0);
        let x = if self.to == self.from { 1.0 } else { share };
        ((MARGIN + x * (WIDTH - 2.0 * MARGIN)) * 10.0).round() / 10.0
    }

    /// The tick nearest to a place given as a share of the width.
    pub fn nearest(&self, share: f64) -> Option<Timestamp> {
        let wanted = share * WIDTH;
        let nearest = self
            .ticks
            .iter()
            .min_by(|a, b| (a.x - wanted).abs().total_cmp(&(b.x - wanted).abs()))?;
        // Right of the last change it is now.
        let end = self
            .ticks
            .last()
            .is_some_and(|last| wanted > last.x + (WIDTH - last.x) / 2.0);
        (!end).then_some(nearest.at)
    }

    /// The change before `at` (before now, without one); stays at the first.
    pub fn before(&self, at: Option<Timestamp>) -> Option<Timestamp> {
        let earlier = self
            .ticks
            .iter()
            .rev()
            .map(|tick| tick.at)
            .find(|tick| at.is_none_or(|at| *tick < at));
        earlier.or_else(|| self.ticks.first().map(|tick| tick.at))
    }

    /// The change after `at`; `None` is now.
    pub fn after(&self, at: Option<Timestamp>) -> Option<Timestamp> {
        let at = at?;
        self.ticks.iter().map(|tick| tick.at).find(|tick| *tick > at)
    }

    /// `changes on 15 days since 3 Mar 2026`.
    pub fn summary(&self) -> String {
        match self.ticks.first() {
            None => "no changes yet".to_owned(),
            Some(first) => format!("changes on {} since {}", count(len(&self.ticks), "day"), date(first.at)),
        }
    }

    /// The whole drawing in a sentence, for those who do not see it.
    pub fn label(&self, changes: &[ChangeTick]) -> String {
        let entries: u64 = changes.iter().map(|tick| tick.entries).sum();
        match self.ticks.as_slice() {
            [] => "No ledger entries yet".to_owned(),
            [first, .., last] => format!(
                "{} ledger entries on {} between {} and {}",
                thousands(entries),
                count(len(&self.ticks), "day"),
                date(first.at),
                date(last.at)
            ),
            [only] => format!("{} on {}", count(entries, "ledger entry"), date(only.at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes() -> Vec<ChangeTick> {
        [(100, 1, false), (400, 7, true), (600, 1, false)]
            .map(|(seconds, entries, removal)| ChangeTick {
                at: Timestamp::from_seconds(seconds),
                entries,
                removal,
            })
            .into()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn ticks_stand_where_their_moment_is() {
        let track = Track::of(&changes(), at(1_100));
        let places: Vec<f64> = track.ticks.iter().map(|tick| tick.x).collect();
        assert_eq!(places, [10.0, 151.0, 245.0]);
        assert!((track.x(at(1_100)) - 480.0).abs() < f64::EPSILON);
        assert!((track.x(at(5)) - 10.0).abs() < f64::EPSILON, "never outside");
        assert_eq!(
            track.ticks.iter().map(|tick| tick.busy).collect::<Vec<_>>(),
            [false, true, false]
        );
    }

    #[test]
    fn keys_step_from_change_to_change_and_end_at_now() {
        let track = Track::of(&changes(), at(1_100));
        assert_eq!(track.before(None), Some(at(600)));
        assert_eq!(track.before(Some(at(600))), Some(at(400)));
        assert_eq!(track.before(Some(at(100))), Some(at(100)));
        assert_eq!(track.after(Some(at(450))), Some(at(600)));
        assert_eq!(track.after(Some(at(600))), None);
        assert_eq!(track.after(None), None);
    }

    #[test]
    fn a_click_finds_the_nearest_change_and_the_right_end_is_now() {
        let track = Track::of(&changes(), at(1_100));
        assert_eq!(track.nearest(0.0), Some(at(100)));
        assert_eq!(track.nearest(0.32), Some(at(400)));
        assert_eq!(track.nearest(0.99), None);
        assert_eq!(Track::of(&[], at(5)).nearest(0.5), None);
    }

    #[test]
    fn the_track_is_told_in_words() {
        let track = Track::of(&changes(), at(1_100));
        assert_eq!(track.summary(), "changes on 3 days since 1 Jan 1970");
        assert_eq!(
            track.label(&changes()),
            "9 ledger entries on 3 days between 1 Jan 1970 and 1 Jan 1970"
        );
        assert_eq!(Track::of(&[], at(5)).summary(), "no changes yet");
    }
}
