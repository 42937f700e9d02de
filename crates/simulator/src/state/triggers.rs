//! Triggers: the proof that a person has just acted. Three seconds long, for one app, good once (D.1).
//!
//! The same fault has another name in each family of methods; [`TriggerFault::code`] knows them.

use std::collections::VecDeque;

use grantbook_api::{ErrorCode, TriggerId};
use grantbook_core::{AppId, ResourceId, TeamId, Timestamp, UserId};
use serde::Serialize;

use super::{Moment, World};

/// How long a trigger can be spent, in microseconds.
pub(super) const LIFETIME_MICROS: i64 = 3_000_000;

/// The triggers kept; older ones are forgotten and answer as if they had never been.
const KEPT: usize = 10_000;

/// A trigger that was handed to an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trigger {
    /// The trigger itself.
    pub id: TriggerId,
    /// The app that may spend it.
    pub app: AppId,
    /// The workspace in which it may do so.
    pub team: TeamId,
    /// Who acted.
    pub user: UserId,
    /// Where, if the deed had a place.
    pub channel: Option<ResourceId>,
    /// When.
    pub issued_at: Timestamp,
    /// When it was spent.
    pub spent_at: Option<Timestamp>,
    /// The method that spent it.
    pub spent_by: Option<String>,
    /// When it first came too late.
    pub late_at: Option<Timestamp>,
}

impl Trigger {
    /// How long the app took: until the trigger was spent or came too late, in milliseconds.
    pub fn delay_ms(&self) -> Option<i64> {
        let end = self.spent_at.or(self.late_at)?;
        Some((end.micros() - self.issued_at.micros()) / 1_000)
    }

    /// Whether its three seconds are over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now.micros() - self.issued_at.micros() > LIFETIME_MICROS
    }
}

/// Why a trigger cannot be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TriggerFault {
    /// None was sent.
    Missing,
    /// It is none of Slack's.
    Malformed,
    /// It belongs to another app or workspace, or nobody knows it.
    Foreign,
    /// It was spent before.
    Spent,
    /// Its three seconds are over.
    Expired,
}

/// The methods that share a vocabulary of trigger faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriggerFamily {
    /// `apps.permissions.request` and `apps.permissions.users.request`.
    Permissions,
    /// `dialog.open`.
    Dialog,
    /// `views.open` and `views.push`.
    Views,
}

impl TriggerFault {
    /// What a method of the family answers. The Permissions API has no name of its own for a trigger
    /// that came too late: its page speaks of an invalid or expired one alike.
    pub fn code(self, family: TriggerFamily) -> ErrorCode {
        match (family, self) {
            (TriggerFamily::Permissions | TriggerFamily::Views, Self::Missing) => ErrorCode::InvalidArguments,
            (TriggerFamily::Permissions, Self::Malformed | Self::Foreign | Self::Expired)
            | (TriggerFamily::Dialog, Self::Malformed | Self::Foreign) => ErrorCode::InvalidTrigger,
            (TriggerFamily::Permissions | TriggerFamily::Dialog, Self::Spent) => ErrorCode::TriggerExchanged,
            (TriggerFamily::Dialog, Self::Missing) => ErrorCode::from("missing_trigger"),
            (TriggerFamily::Dialog, Self::Expired) => ErrorCode::TriggerExpired,
            (TriggerFamily::Views, Self::Malformed | Self::Foreign) => ErrorCode::InvalidTriggerId,
            (TriggerFamily::Views, Self::Spent) => ErrorCode::ExchangedTriggerId,
            (TriggerFamily::Views, Self::Expired) => ErrorCode::ExpiredTriggerId,
        }
    }
}

/// The latest triggers, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Triggers(VecDeque<Trigger>);

impl Triggers {
    /// The latest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Trigger> {
        self.0.iter().rev()
    }

    /// One by its id.
    pub fn get(&self, id: &str) -> Option<&Trigger> {
        self.newest_first().find(|trigger| trigger.id.as_str() == id)
    }

    fn get_mut(&mut self, id: &str) -> Option<&mut Trigger> {
        self.0.iter_mut().rev().find(|trigger| trigger.id.as_str() == id)
    }

    fn keep(&mut self, trigger: Trigger) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(trigger);
    }
}

impl World {
    /// Hands an app the proof that somebody has just acted.
    pub fn issue_trigger(
        &mut self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: &TeamId,
        user: &UserId,
        channel: Option<&ResourceId>,
    ) -> TriggerId {
        let id = moment.ids.trigger();
        self.triggers.keep(Trigger {
            id: id.clone(),
            app: app.clone(),
            team: team.clone(),
            user: user.clone(),
            channel: channel.cloned(),
            issued_at: moment.now,
            spent_at: None,
            spent_by: None,
            late_at: None,
        });
        id
    }

    /// Whether the caller may spend a trigger now. One that comes too late is noted as such.
    pub fn check_trigger(
        &mut self,
        moment: &Moment<'_>,
        app: &AppId,
        team: &TeamId,
        id: Option<&str>,
    ) -> Result<&mut Trigger, TriggerFault> {
        let id = id
            .map(str::trim)
            .filter(|id| !id.is_empty())
            .ok_or(TriggerFault::Missing)?;
        if !is_well_formed(id) {
            return Err(TriggerFault::Malformed);
        }
        let found = self.triggers.get_mut(id);
        let trigger = found
            .filter(|trigger| trigger.app == *app && trigger.team == *team)
            .ok_or(TriggerFault::Foreign)?;
        if trigger.spent_at.is_some() {
            return Err(TriggerFault::Spent);
        }
        if trigger.is_over(moment.now) {
            trigger.late_at.get_or_insert(moment.now);
            return Err(TriggerFault::Expired);
        }
        Ok(trigger)
    }

    /// Spends a trigger: it works once, within its three seconds, for the app and workspace it was made for.
    pub fn spend_trigger(
        &mut self,
        moment: &Moment<'_>,
        app: &AppId,
        team: &TeamId,
        id: Option<&str>,
        method: &str,
    ) -> Result<&Trigger, TriggerFault> {
        let trigger = self.check_trigger(moment, app, team, id)?;
        trigger.spent_at = Some(moment.now);
        trigger.spent_by = Some(method.to_owned());
        Ok(trigger)
    }
}

/// Two numbers and some hex digits, as every example of Slack's.
fn is_well_formed(id: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let hex = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_hexdigit());
    let mut parts = id.split('.');
    let three = [parts.next(), parts.next(), parts.next()];
    matches!(three, [Some(a), Some(b), Some(c)] if digits(a) && digits(b) && hex(c)) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IdSource;

    #[test]
    fn a_trigger_is_good_once_within_three_seconds_for_its_app() {
        let mut world = World::default();
        let (app, other) = (AppId::new("A1").unwrap(), AppId::new("A2").unwrap());
        let (team, user) = (TeamId::new("T1").unwrap(), UserId::new("U1").unwrap());
        let mut ids = IdSource::seeded(1);
        let at = |micros| Timestamp::from_micros(1_000_000_000 + micros);
        let mut moment = Moment {
            now: at(0),
            ids: &mut ids,
        };
        let issue = |world: &mut World, moment: &mut Moment<'_>| {
            world.issue_trigger(moment, &app, &team, &user, None).to_string()
        };
        let (first, late) = (issue(&mut world, &mut moment), issue(&mut world, &mut moment));
        moment.now = at(LIFETIME_MICROS);
        let mut fault =
            |moment: &Moment<'_>, app: &AppId, id: &str| world.spend_trigger(moment, app, &team, Some(id), "m").err();
        assert_eq!(fault(&moment, &app, "12.nonsense"), Some(TriggerFault::Malformed));
        assert_eq!(fault(&moment, &app, "1.2.abc"), Some(TriggerFault::Foreign));
        assert_eq!(fault(&moment, &app, " "), Some(TriggerFault::Missing));
        assert_eq!(fault(&moment, &other, &first), Some(TriggerFault::Foreign));
        assert_eq!(fault(&moment, &app, &first), None, "three seconds are still in time");
        assert_eq!(fault(&moment, &app, &first), Some(TriggerFault::Spent));
        moment.now = at(LIFETIME_MICROS + 1);
        assert_eq!(fault(&moment, &app, &late), Some(TriggerFault::Expired));
        let delays: Vec<_> = world.triggers.newest_first().map(Trigger::delay_ms).collect();
        assert_eq!(delays, [Some(3_000), Some(3_000)]);
    }

    #[test]
    fn each_family_of_methods_has_its_own_words() {
        use TriggerFault::{Expired, Foreign, Malformed, Missing, Spent};
        let words = |family| [Malformed, Foreign, Spent, Expired, Missing].map(|fault| fault.code(family).to_string());
        assert_eq!(
            words(TriggerFamily::Permissions),
            [
                "invalid_trigger",
                "invalid_trigger",
                "trigger_exchanged",
                "invalid_trigger",
                "invalid_arguments"
            ]
        );
        assert_eq!(
            words(TriggerFamily::Dialog),
            [
                "invalid_trigger",
                "invalid_trigger",
                "trigger_exchanged",
                "trigger_expired",
                "missing_trigger"
            ]
        );
        assert_eq!(
            words(TriggerFamily::Views),
            [
                "invalid_trigger_id",
                "invalid_trigger_id",
                "exchanged_trigger_id",
                "expired_trigger_id",
                "invalid_arguments"
            ]
        );
    }
}
