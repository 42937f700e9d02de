//! The presses of a request, each with its three seconds.

use grantbook_core::{
    Timestamp,
    request::{AskedSummary, Happening, Outcome, RoundSummary, TRIGGER_LIFE_MS, Via, words::thousands},
    view::requests::{Mood, RoundView},
};

use super::{Telling, ms};

impl Telling<'_> {
    /// Oldest first.
    pub(super) fn rounds(&self) -> Vec<RoundView> {
        self.request.rounds().iter().map(|round| self.round(round)).collect()
    }

    fn round(&self, round: &RoundSummary) -> RoundView {
        // A link has no trigger, so that its times mean nothing.
        let timed = round.asked.as_ref().filter(|_| round.via != Via::Link);
        let (outcome, code) = match round.asked.as_ref().map(|asked| &asked.outcome) {
            None => (None, None),
            Some(Outcome::Presented) => (Some("presented"), None),
            Some(Outcome::Refused { code }) => (Some("refused"), Some(code.clone())),
            Some(Outcome::Lost { code }) => (Some("lost"), Some(code.clone())),
        };
        let (mood, sentence) = told(round);
        RoundView {
            round: round.round.clone(),
            pressed_at: round.pressed_at,
            user: round.user.clone(),
            user_name: round
                .user
                .as_ref()
                .and_then(|user| self.names.get(user.as_str()))
                .cloned(),
            via: round.via,
            age_ms: self.age_on_arrival(round),
            verified_us: timed.map(|asked| asked.verified_us),
            left_us: timed.map(|asked| asked.left_us),
            answered_us: timed.map(|asked| asked.answered_us),
            outcome: outcome.map(str::to_owned),
            code,
            mood,
            sentence,
        }
    }

    /// The trigger's age when the press arrived, where Slack dates the press.
    fn age_on_arrival(&self, round: &RoundSummary) -> Option<u64> {
        self.request.steps().iter().find_map(|step| match &step.what {
            Happening::Pressed {
                round: known,
                issued_at: Some(issued),
                ..
            } if *known == round.round => Some(between(*issued, step.at)),
            _ => None,
        })
    }
}

/// Milliseconds from one moment to another; none where the clocks disagree about their order.
fn between(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from((to.micros() - from.micros()) / 1_000).unwrap_or(0)
}

fn told(round: &RoundSummary) -> (Mood, String) {
    let Some(asked) = &round.asked else {
        return match round.lapsed_at {
            Some(_) => (
                Mood::Bad,
                "The console stopped before it learned what Slack answered.".to_owned(),
            ),
            None => (Mood::Waiting, "Slack has not answered yet.".to_owned()),
        };
    };
    if round.via == Via::Link {
        return link(asked);
    }
    let (left, answered) = (ms(asked.left_us), ms(asked.answered_us));
    let limit = thousands(TRIGGER_LIFE_MS);
    if let Some(age) = asked.expired_ms() {
        let age = thousands(age);
        return (
            Mood::Late,
            format!("The trigger was {age} ms old when it was spent; Slack accepts {limit} ms."),
        );
    }
    match &asked.outcome {
        Outcome::Presented => {
            let spare = TRIGGER_LIFE_MS.saturating_sub(asked.age_at_answer_ms());
            let spare = thousands(spare);
            (
                Mood::Good,
                format!("Spent {left} after the press arrived, answered after {answered}; {spare} ms to spare."),
            )
        }
        Outcome::Refused { code } => (
            Mood::Bad,
            format!("Spent {left} after the press arrived; Slack refused after {answered}: `{code}`."),
        ),
        Outcome::Lost { code } => (
            Mood::Bad,
            format!("Spent {left} after the press arrived; no answer could be read after {answered}: `{code}`."),
        ),
    }
}

fn link(asked: &AskedSummary) -> (Mood, String) {
    match &asked.outcome {
        Outcome::Presented => (
            Mood::Good,
            "Slack's authorize page was shown; a link has no three seconds.".to_owned(),
        ),
        Outcome::Refused { code } | Outcome::Lost { code } => {
            (Mood::Bad, format!("The authorize page led to nothing: `{code}`."))
        }
    }
}
