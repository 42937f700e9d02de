//! The milestones of a request, from the draft to the ledger.

use grantbook_core::{
    ResourceType, Scope, Timestamp, catalogue,
    request::{Author, Happening, Kind, Outcome, RoundSummary, State, TRIGGER_LIFE_MS, Via, words::thousands},
    view::{
        Model,
        requests::{Milestone, Mood, RequestView},
    },
};

use super::{Telling, act, capital, joined, ms};

fn milestone(name: &str, title: impl Into<String>, detail: impl Into<String>) -> Milestone {
    Milestone {
        name: name.to_owned(),
        title: title.into(),
        detail: detail.into(),
        at: None,
        mood: Mood::Open,
    }
}

impl Telling<'_> {
    /// In order. A request that was asked by a command has no message, and so no milestone for it.
    pub(super) fn milestones(&self, view: &RequestView) -> Vec<Milestone> {
        let round = self.decisive();
        let mut milestones = vec![self.drafted(view)];
        if matches!(self.request.ask.author, Author::Console { .. }) {
            milestones.push(self.offered(round.is_some()));
        }
        milestones.push(self.pressed(round.as_ref()));
        milestones.push(self.asked(round.as_ref()));
        milestones.push(self.answered(round.as_ref()));
        milestones.push(self.applied(round.as_ref()));
        milestones.push(self.recorded(round.as_ref()));
        milestones
    }

    fn drafted(&self, view: &RequestView) -> Milestone {
        Milestone {
            at: Some(self.request.ask.drafted_at),
            mood: Mood::Good,
            ..milestone("drafted", "Drafted", &view.author_name)
        }
    }

    fn offered(&self, pressed: bool) -> Milestone {
        let steps = self.request.steps();
        let sent = steps.iter().find_map(|step| match &step.what {
            Happening::Offered { channel, .. } => Some((step.at, channel)),
            _ => None,
        });
        if let Some((at, channel)) = sent {
            return Milestone {
                at: Some(at),
                mood: Mood::Good,
                ..milestone("offered", "Message sent", self.conversation(channel))
            };
        }
        let failed = steps.iter().find_map(|step| match &step.what {
            Happening::NotOffered { code } => Some((step.at, code)),
            _ => None,
        });
        match failed {
            // Its fate was unknown, and then somebody pressed its button.
            Some(_) if pressed => Milestone {
                mood: Mood::Good,
                ..milestone("offered", "Message sent", "known by the press")
            },
            Some((at, code)) => Milestone {
                at: Some(at),
                mood: Mood::Bad,
                ..milestone("offered", "Message not sent", code)
            },
            None => Milestone {
                mood: Mood::Waiting,
                ..milestone("offered", "Message sent", "")
            },
        }
    }

    fn pressed(&self, round: Option<&RoundSummary>) -> Milestone {
        let Some(round) = round else {
            let via = match self.request.ask.model {
                Model::Workspace => Via::Button,
                Model::Modern => Via::Link,
            };
            return Milestone {
                mood: match self.request.state() {
                    State::Offered { .. } => Mood::Waiting,
                    _ => Mood::Open,
                },
                ..milestone("pressed", act(via), "")
            };
        };
        let presses = self.request.rounds().len();
        let who = self.who(round.user.as_ref());
        let detail = if presses > 1 {
            format!("{who}, {presses} times")
        } else {
            who
        };
        Milestone {
            at: Some(round.pressed_at),
            mood: Mood::Good,
            ..milestone("pressed", act(round.via), capital(&detail))
        }
    }

    fn asked(&self, round: Option<&RoundSummary>) -> Milestone {
        let title = if self.is_modern() {
            "Slack asked"
        } else {
            "Trigger spent"
        };
        let Some(round) = round else {
            return milestone("asked", title, "");
        };
        let Some(asked) = &round.asked else {
            return not_asked(title, round);
        };
        let (title, detail, mood) = match &asked.outcome {
            Outcome::Presented if self.is_modern() => (title, String::new(), Mood::Good),
            Outcome::Presented => (title, format!("after {}", ms(asked.left_us)), Mood::Good),
            Outcome::Refused { code } | Outcome::Lost { code } => match (asked.expired_ms(), &asked.outcome) {
                (Some(age), _) => {
                    let (age, limit) = (thousands(age), thousands(TRIGGER_LIFE_MS));
                    ("Trigger too old", format!("{age} ms, limit {limit} ms"), Mood::Late)
                }
                (None, Outcome::Lost { .. }) => ("Answer of Slack lost", code.clone(), Mood::Bad),
                (None, _) => ("Slack refused", code.clone(), Mood::Bad),
            },
        };
        Milestone {
            at: Some(asked.at),
            mood,
            ..milestone("asked", title, detail)
        }
    }

    fn answered(&self, round: Option<&RoundSummary>) -> Milestone {
        let who = capital(&self.who(round.and_then(|round| round.user.as_ref())));
        let asked = self.request.ask.scopes.len();
        let (title, detail, at, mood) = match self.request.state() {
            State::Granted { at } => (format!("{who} allowed"), String::new(), Some(*at), Mood::Good),
            State::PartlyGranted { at, granted, .. } => (
                format!("{who} allowed"),
                format!("{} of {asked}", granted.len()),
                Some(*at),
                Mood::Good,
            ),
            State::Denied { at } => (format!("{who} said no"), String::new(), Some(*at), Mood::Denied),
            State::Unanswered { at } => (
                "No answer".to_owned(),
                "Slack sends nothing then".to_owned(),
                Some(*at),
                Mood::Open,
            ),
            State::Presented { .. } => ("Answer".to_owned(), String::new(), None, Mood::Waiting),
            State::Drafted
            | State::Offered { .. }
            | State::Triggered { .. }
            | State::Expired { .. }
            | State::Failed { .. } => ("Answer".to_owned(), String::new(), None, Mood::Open),
        };
        Milestone {
            at,
            mood,
            ..milestone("answered", title, detail)
        }
    }

    fn applied(&self, round: Option<&RoundSummary>) -> Milestone {
        let title = if self.is_modern() {
            "Token exchanged"
        } else {
            "Events applied"
        };
        let open = milestone("applied", title, "");
        let Some(round) = round.filter(|round| round.answered_at.is_some()) else {
            return open;
        };
        if self.is_modern() {
            return if round.granted.is_empty() {
                open
            } else {
                Milestone {
                    at: round.answered_at,
                    mood: Mood::Good,
                    ..open
                }
            };
        }
        let entries: Vec<_> = self.decided(round).collect();
        let expected = self.expected_events(round).max(entries.len());
        let at = entries.iter().map(|entry| entry.recorded_at).max();
        Milestone {
            detail: format!("{} of {expected}", entries.len()),
            mood: if entries.len() == expected {
                Mood::Good
            } else {
                Mood::Waiting
            },
            at: at.or(round.answered_at),
            ..open
        }
    }

    /// How many events an answer comes in: a grant to the app in two, the scopes and then the resources
    /// they were placed on (progressive permissions, step 5); everything else in one, also scopes for which
    /// the app was given no resource yet.
    fn expected_events(&self, round: &RoundSummary) -> usize {
        let is_app = self.request.ask.kind == Kind::App;
        if is_app && round.granted.iter().any(|scope| self.finds_a_place(scope)) {
            2
        } else {
            1
        }
    }

    /// Whether the app has a resource on which the scope can work. The workspace itself always is one.
    fn finds_a_place(&self, scope: &Scope) -> bool {
        let types = catalogue::resource_types(scope);
        let given = |kind: &ResourceType| {
            let resources = self.grants.resources.get(kind);
            resources.is_some_and(|given| given.wildcard.is_some() || !given.specific.is_empty())
        };
        types.is_empty() || types.iter().any(|kind| *kind == ResourceType::Team || given(kind))
    }

    fn recorded(&self, round: Option<&RoundSummary>) -> Milestone {
        let title = "In the ledger";
        let Some(round) = round.filter(|round| round.answered_at.is_some()) else {
            return milestone("recorded", title, "");
        };
        let mut entries: Vec<(u64, Timestamp)> = self.decided(round).map(|e| (e.seq, e.recorded_at)).collect();
        entries.sort_unstable();
        let Some(at) = entries.iter().map(|(_, at)| *at).max() else {
            return milestone("recorded", title, "");
        };
        Milestone {
            at: Some(at),
            mood: Mood::Good,
            ..milestone(
                "recorded",
                title,
                joined(entries.iter().map(|(seq, _)| thousands(*seq))),
            )
        }
    }
}

/// The press is known, the call is not: it is on its way, or its note was lost with the process.
fn not_asked(title: &str, round: &RoundSummary) -> Milestone {
    if round.answered_at.is_some() {
        return Milestone {
            mood: Mood::Good,
            ..milestone("asked", title, "known by the answer")
        };
    }
    match round.lapsed_at {
        Some(at) => Milestone {
            at: Some(at),
            mood: Mood::Bad,
            ..milestone("asked", title, "interrupted")
        },
        None => Milestone {
            mood: Mood::Waiting,
            ..milestone("asked", title, "")
        },
    }
}
