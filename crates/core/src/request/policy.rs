//! `Policy`: how often a person may be asked, so that asking again is one step and never spam.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

use super::{RequestId, StateName};

/// Seconds in a day.
const DAY: i64 = 86_400;

/// Limits on asking one person in one workspace, for one app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Messages to one person within a day, at most.
    pub per_person_per_day: u32,
    /// After a refusal, how long not to ask that person for any of the same scopes again, in hours.
    pub cool_down_hours: u32,
    /// How long a dialog may stay open before the request counts as unanswered, in minutes.
    pub unanswered_after_minutes: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            per_person_per_day: 3,
            cool_down_hours: 72,
            unanswered_after_minutes: 10,
        }
    }
}

/// An earlier request to the same person for the same app, as far as the limits care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Its number.
    pub id: RequestId,
    /// When it was drafted.
    pub drafted_at: Timestamp,
    /// How it stands.
    pub state: StateName,
    /// Since when it stands so.
    pub since: Timestamp,
    /// Whether it asked for any of the scopes now asked for.
    pub overlaps: bool,
    /// Whether a message of the console was sent for it; what a person asked by a command is not counted.
    pub by_message: bool,
}

/// Why not to ask now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum NotNow {
    /// An earlier message still waits for its press.
    #[error("{request} asks the same and still waits for an answer")]
    StillOpen {
        /// That request.
        request: RequestId,
    },
    /// The person refused a short while ago.
    #[error("the same was refused in {request}; ask again after {until}")]
    CoolingDown {
        /// That request.
        request: RequestId,
        /// From when it may be asked again.
        until: Timestamp,
    },
    /// The person was asked often enough today.
    #[error("this person was asked {asked} times within a day; ask again after {until}")]
    TooMany {
        /// How often.
        asked: u32,
        /// From when it may be asked again.
        until: Timestamp,
    },
}

impl Policy {
    /// May the person be asked now, given what was asked before?
    pub fn may_ask(&self, earlier: &[Earlier], now: Timestamp) -> Result<(), NotNow> {
        let open = |e: &&Earlier| e.overlaps && !e.state.is_settled() && e.by_message;
        if let Some(request) = earlier.iter().filter(open).max_by_key(|e| e.drafted_at) {
            return Err(NotNow::StillOpen { request: request.id });
        }
        let cool_down = i64::from(self.cool_down_hours) * 3_600;
        let refused = earlier
            .iter()
            .filter(|e| e.overlaps && e.state == StateName::Denied)
            .max_by_key(|e| e.since);
        if let Some(refused) = refused {
            let until = refused.since.plus_seconds(cool_down);
            if now < until {
                return Err(NotNow::CoolingDown {
                    request: refused.id,
                    until,
                });
            }
        }
        let mut today: Vec<Timestamp> = earlier
            .iter()
            .filter(|e| e.by_message && now < e.drafted_at.plus_seconds(DAY))
            .map(|e| e.drafted_at)
            .collect();
        today.sort_unstable();
        let asked = u32::try_from(today.len()).unwrap_or(u32::MAX);
        if asked >= self.per_person_per_day {
            // When the oldest of those that fill the day is a day old, there is room for one more.
            let fills = today.len() - usize::try_from(self.per_person_per_day.max(1)).unwrap_or(1);
            let until = today.get(fills).map_or(now, |at| at.plus_seconds(DAY));
            return Err(NotNow::TooMany { asked, until });
        }
        Ok(())
    }
}
