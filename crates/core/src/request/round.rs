//! `Rounds`: the steps of a request, gathered by press.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Scope, Timestamp, UserId};

use super::{Happening, Outcome, Step, TRIGGER_LIFE_MS, Via, state::is_late};

/// One press and all that followed from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundSummary {
    /// The `trigger_id`, or the install attempt's id.
    pub round: String,
    /// When the press arrived here.
    pub pressed_at: Timestamp,
    /// Who pressed or answered.
    pub user: Option<UserId>,
    /// How.
    pub via: Via,
    /// The call that counts: one that Slack said yes to before one it refused.
    pub asked: Option<AskedSummary>,
    /// What was granted in answer.
    pub granted: BTreeSet<Scope>,
    /// What was refused in answer.
    pub denied: BTreeSet<Scope>,
    /// When the answer came.
    pub answered_at: Option<Timestamp>,
    /// When it was taken for unanswered.
    pub lapsed_at: Option<Timestamp>,
}

/// The call of a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedSummary {
    /// When Slack had answered.
    pub at: Timestamp,
    /// From arrival to the verified signature, in microseconds.
    pub verified_us: u64,
    /// From arrival to leaving, in microseconds.
    pub left_us: u64,
    /// From arrival to Slack's answer, in microseconds.
    pub answered_us: u64,
    /// The trigger's age at leaving, in milliseconds.
    pub age_ms: u64,
    /// What came of it.
    pub outcome: Outcome,
}

impl AskedSummary {
    /// The call that a step tells of; `None` for another step.
    pub fn of(step: &Step) -> Option<Self> {
        match &step.what {
            Happening::Asked {
                verified_us,
                left_us,
                answered_us,
                age_ms,
                outcome,
                ..
            } => Some(Self {
                at: step.at,
                verified_us: *verified_us,
                left_us: *left_us,
                answered_us: *answered_us,
                age_ms: *age_ms,
                outcome: outcome.clone(),
            }),
            _ => None,
        }
    }

    /// The trigger's age when Slack's answer was here, in milliseconds: an upper bound of its age when
    /// Slack looked at it.
    pub fn age_at_answer_ms(&self) -> u64 {
        self.age_ms + self.answered_us.saturating_sub(self.left_us) / 1_000
    }

    /// The trigger's age in milliseconds, where Slack refused because of it.
    pub fn expired_ms(&self) -> Option<u64> {
        let Outcome::Refused { code } = &self.outcome else {
            return None;
        };
        let at_answer = self.age_at_answer_ms();
        let age = if self.age_ms >= TRIGGER_LIFE_MS {
            self.age_ms
        } else {
            at_answer
        };
        is_late(code, at_answer).then_some(age)
    }

    fn counts_before(&self, other: &Self) -> bool {
        let rank = |outcome: &Outcome| match outcome {
            Outcome::Presented => 0,
            Outcome::Lost { .. } => 1,
            // Spent by the other one of two calls: whatever that one got counts.
            Outcome::Refused { code } if code == "trigger_exchanged" => 3,
            Outcome::Refused { .. } => 2,
        };
        rank(&self.outcome) < rank(&other.outcome)
    }
}

/// The rounds of a request, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rounds(Vec<RoundSummary>);

impl Rounds {
    pub(super) fn of(steps: &[Step]) -> Self {
        let mut rounds: BTreeMap<&str, RoundSummary> = BTreeMap::new();
        for step in steps {
            if let Happening::Pressed { round, user, via, .. } = &step.what {
                rounds.entry(round).or_insert_with(|| RoundSummary {
                    round: round.clone(),
                    pressed_at: step.at,
                    user: user.clone(),
                    via: *via,
                    asked: None,
                    granted: BTreeSet::new(),
                    denied: BTreeSet::new(),
                    answered_at: None,
                    lapsed_at: None,
                });
            }
        }
        for step in steps {
            if let Some(round) = step.round().and_then(|round| rounds.get_mut(round)) {
                round.add(step);
            }
        }
        let mut rounds: Vec<RoundSummary> = rounds.into_values().collect();
        rounds.sort_by(|a, b| (a.pressed_at, &a.round).cmp(&(b.pressed_at, &b.round)));
        Self(rounds)
    }

    /// Oldest first.
    pub fn iter(&self) -> std::slice::Iter<'_, RoundSummary> {
        self.0.iter()
    }

    /// The latest.
    pub fn last(&self) -> Option<&RoundSummary> {
        self.0.last()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody has pressed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The latest one with an answer.
    pub fn answered(&self) -> Option<&RoundSummary> {
        self.0.iter().rev().find(|round| round.answered_at.is_some())
    }
}

impl<'a> IntoIterator for &'a Rounds {
    type Item = &'a RoundSummary;
    type IntoIter = std::slice::Iter<'a, RoundSummary>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl RoundSummary {
    fn add(&mut self, step: &Step) {
        match &step.what {
            Happening::Asked { .. } => {
                let asked = AskedSummary::of(step);
                // Behind a link the page comes first and the code's exchange after it: the later call counts.
                let counts = |asked: &AskedSummary| {
                    self.via == Via::Link || self.asked.as_ref().is_none_or(|known| asked.counts_before(known))
                };
                if asked.as_ref().is_some_and(counts) {
                    self.asked = asked;
                }
            }
            Happening::Answered {
                user, granted, denied, ..
            } => {
                self.granted.extend(granted.iter().cloned());
                self.denied.extend(denied.iter().cloned());
                self.answered_at = self.answered_at.max(Some(step.at));
                self.user = self.user.take().or_else(|| user.clone());
            }
            Happening::Lapsed { .. } => self.lapsed_at = Some(step.at),
            Happening::Offered { .. } | Happening::NotOffered { .. } | Happening::Pressed { .. } => {}
        }
    }

    /// From the press to the answer, in milliseconds. Answers come with whole seconds, so that one within
    /// the second of the press reads as zero.
    pub fn took_ms(&self) -> Option<u64> {
        let micros = self.answered_at?.micros() - self.pressed_at.micros();
        Some(u64::try_from(micros / 1_000).unwrap_or(0))
    }
}
