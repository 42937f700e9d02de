//! The lines of a story: the console's own notes and the ledger's entries, in the order things happened.

use std::collections::BTreeSet;

use grantbook_core::{
    Fact, Scope, Timestamp, UserId,
    request::{AskedSummary, Author, Happening, Outcome, Step, TRIGGER_LIFE_MS, Via, words},
    view::{
        EntryView,
        requests::{Mood, RequestView, StoryStep},
    },
};

use super::{Telling, capital, codes, counted, moment};
use crate::progressive::offer;

/// A line with its place: the moment, the rank among lines of one moment, and the order of adding.
struct Placed {
    at: Timestamp,
    rank: u8,
    line: StoryStep,
}

fn line(at: Timestamp, kind: &str, source: &str, mood: Mood, sentence: String) -> StoryStep {
    StoryStep {
        at,
        whole_seconds: false,
        kind: kind.to_owned(),
        sentence,
        source: source.to_owned(),
        marks: Vec::new(),
        mood,
        seq: None,
    }
}

impl Telling<'_> {
    /// Oldest first.
    pub(super) fn lines(&self, view: &RequestView) -> Vec<StoryStep> {
        let mut placed = vec![self.drafted_line(view)];
        placed.extend(self.request.steps().iter().filter_map(|step| self.step_line(step)));
        placed.extend(self.entries.iter().map(|entry| self.entry_line(entry)));
        // Stable: what shares moment and rank stays in the order it was told.
        placed.sort_by_key(|line| (line.at, line.rank));
        placed.into_iter().map(|placed| placed.line).collect()
    }

    fn drafted_line(&self, view: &RequestView) -> Placed {
        let ask = &self.request.ask;
        let scopes = codes(&ask.scopes);
        let (source, sentence) = match &ask.author {
            Author::Console { .. } => ("console", format!("{} drafted it for {scopes}", view.author_name)),
            Author::Command { user } => (
                "interaction",
                format!("{} asked for {scopes} by the app's command", self.name(user.as_str())),
            ),
        };
        let mut line = line(ask.drafted_at, "drafted", source, Mood::Neutral, sentence);
        line.marks.extend(ask.again_of.map(|again| format!("repeats {again}")));
        Placed {
            at: ask.drafted_at,
            rank: 0,
            line,
        }
    }

    /// A step in words; `None` for an answer that a ledger entry tells better.
    fn step_line(&self, step: &Step) -> Option<Placed> {
        let at = step.at;
        let (rank, line) = match &step.what {
            // The answer to a command has no name of its own.
            Happening::Offered { channel, message_ts } if message_ts.is_empty() => {
                let button = &self.request.ask.button;
                let sentence = format!("The answer to the command brought the button “{button}” to `{channel}`");
                (1, line(at, "offered", "interaction", Mood::Neutral, sentence))
            }
            Happening::Offered { channel, message_ts } => {
                let sentence = format!(
                    "Message with the button “{}” reached `{channel}`",
                    self.request.ask.button
                );
                let mut line = line(at, "offered", "outbox", Mood::Neutral, sentence);
                line.marks = vec!["chat.postMessage, receipt ok".to_owned(), message_ts.clone()];
                (1, line)
            }
            Happening::NotOffered { code } => {
                let sentence = format!("The message was not sent. {}", words::explain(code));
                let mut line = line(at, "not_offered", "outbox", Mood::Bad, sentence);
                line.marks = vec![code.clone()];
                (1, line)
            }
            Happening::Pressed { user, via, .. } => (2, self.pressed_line(at, user.as_ref(), *via)),
            Happening::Asked { .. } => (3, self.asked_line(&AskedSummary::of(step)?)),
            Happening::Answered { event_id, .. } if self.is_entry(event_id) => return None,
            Happening::Answered {
                event_id,
                user,
                granted,
                denied,
                ..
            } => {
                let sentence = self.answer(user.as_ref(), granted, denied);
                let mood = if granted.is_empty() { Mood::Denied } else { Mood::Good };
                let source = if self.is_modern() { "oauth" } else { "event" };
                let mut line = line(at, "answered", source, mood, sentence);
                line.marks = vec![event_id.clone()];
                (4, line)
            }
            Happening::Lapsed { round } => (6, self.lapsed_line(at, round)),
        };
        Some(Placed {
            at: match step.what {
                Happening::Answered { .. } => self.after_its_cause(at, step.round()),
                _ => at,
            },
            rank,
            line,
        })
    }

    fn pressed_line(&self, at: Timestamp, user: Option<&UserId>, via: Via) -> StoryStep {
        let who = capital(&self.who(user));
        let (source, sentence) = match via {
            Via::Button => ("interaction", format!("{who} pressed it")),
            Via::Command => ("interaction", format!("{who} typed the command")),
            Via::Link => ("console", format!("{who} opened the link")),
        };
        let mut line = line(at, "pressed", source, Mood::Neutral, sentence);
        if via == Via::Button {
            line.marks = vec![format!("callback {}", offer::callback_id(self.request.id))];
        }
        line
    }

    fn asked_line(&self, asked: &AskedSummary) -> StoryStep {
        let (mood, rest, mark) = match (&asked.outcome, asked.expired_ms()) {
            (Outcome::Presented, _) if self.is_modern() => {
                (Mood::Neutral, "Slack showed its authorize page.".to_owned(), None)
            }
            (Outcome::Presented, _) => (
                Mood::Neutral,
                "Slack opened its dialog.".to_owned(),
                Some("HTTP 200, ok"),
            ),
            (Outcome::Refused { code } | Outcome::Lost { code }, None) => {
                (Mood::Bad, words::explain(code).to_owned(), Some(code.as_str()))
            }
            (Outcome::Refused { code } | Outcome::Lost { code }, Some(age)) => {
                let (age, limit) = (words::thousands(age), words::thousands(TRIGGER_LIFE_MS));
                let late = format!("The trigger was {age} ms old; Slack accepts {limit}.");
                (Mood::Late, late, Some(code.as_str()))
            }
        };
        let sentence = format!("Asked Slack for {}. {rest}", codes(&self.request.ask.scopes));
        // A modern app's page comes first, and can only fail by the exchange that follows it.
        let method = match (&asked.outcome, self.is_modern()) {
            (Outcome::Refused { .. } | Outcome::Lost { .. }, true) => "oauth.v2.access",
            _ => self.method(),
        };
        let mut line = line(asked.at, "asked", method, mood, sentence);
        line.marks.extend(mark.map(str::to_owned));
        line
    }

    fn answer(&self, user: Option<&UserId>, granted: &BTreeSet<Scope>, denied: &BTreeSet<Scope>) -> String {
        let who = capital(&self.who(user));
        match (granted.is_empty(), denied.is_empty()) {
            (true, _) => format!("{who} said no. Nothing was taken away."),
            (false, true) => format!("{who} allowed {}", codes(granted)),
            (false, false) => format!("{who} allowed {} and left out {}", codes(granted), codes(denied)),
        }
    }

    fn lapsed_line(&self, at: Timestamp, round: &str) -> StoryStep {
        let rounds = self.request.rounds();
        let was_asked = rounds.iter().any(|known| known.round == round && known.asked.is_some());
        let (mood, sentence) = if was_asked {
            (
                Mood::Open,
                "Nobody answered in time. An answer that still comes will count.",
            )
        } else {
            (Mood::Bad, words::explain("interrupted"))
        };
        line(at, "lapsed", "console", mood, sentence.to_owned())
    }

    fn entry_line(&self, entry: &EntryView) -> Placed {
        let (at, whole_seconds) = moment(entry);
        let mood = match &entry.fact {
            Fact::ScopeDenied { .. } | Fact::UserResourceDenied { .. } => Mood::Denied,
            _ => Mood::Good,
        };
        let mut line = line(at, &entry.kind, entry.source.as_str(), mood, self.entry_sentence(entry));
        line.whole_seconds = whole_seconds;
        line.seq = Some(entry.seq);
        line.marks = vec![
            entry.event_id.clone(),
            format!("entry {}", words::thousands(entry.seq)),
            short(&entry.hash.to_string()),
        ];
        // What Slack sends without a trigger follows the press that brought something.
        let brought = self.decisive().map(|round| round.round);
        let round = entry.fact.trigger_id().or(brought.as_deref());
        Placed {
            at: self.after_its_cause(at, round),
            rank: if entry.fact.trigger_id().is_some() { 4 } else { 5 },
            line,
        }
    }

    fn entry_sentence(&self, entry: &EntryView) -> String {
        let kind = &entry.kind;
        match &entry.fact {
            Fact::ScopeGranted { .. } => format!("`{kind}` arrived with the same trigger"),
            Fact::ScopeDenied { .. } => {
                format!("`{kind}` arrived with the same trigger; nothing was taken away")
            }
            Fact::UserResourceGranted { user, scopes, .. } => {
                let (who, scopes) = (self.name(user.as_str()), codes(scopes));
                format!("`{kind}` arrived with the same trigger: the app may act for {who} with {scopes}")
            }
            Fact::UserResourceDenied { user, .. } => {
                let who = self.name(user.as_str());
                format!("`{kind}` arrived with the same trigger: {who} said no, and nothing was taken away")
            }
            Fact::ResourcesAdded { resources } => {
                let it = if self.request.ask.scopes.len() == 1 {
                    "it"
                } else {
                    "them"
                };
                let on = counted(resources.len() as u64, "resource", "resources");
                format!("`{kind}` placed {it} on {on}")
            }
            Fact::Installed { .. } => {
                "Slack exchanged the code for a token; what it may do now was recorded".to_owned()
            }
            _ => format!("`{kind}` was recorded"),
        }
    }

    /// Whether an entry shown is this very answer. What an exchange brought is not: it says nothing of what
    /// was asked.
    fn is_entry(&self, event_id: &str) -> bool {
        let told = |entry: &EntryView| entry.event_id == event_id && entry.fact.trigger_id().is_some();
        self.entries.iter().any(told)
    }

    /// An answer dated to the second may seem to come before its press: it stands after it.
    fn after_its_cause(&self, at: Timestamp, round: Option<&str>) -> Timestamp {
        let rounds = self.request.rounds();
        let Some(round) = rounds.iter().find(|known| Some(known.round.as_str()) == round) else {
            return at;
        };
        let asked = round.asked.as_ref().map_or(round.pressed_at, |asked| asked.at);
        at.max(round.pressed_at).max(asked)
    }
}

/// A hash as people compare it: both ends.
fn short(hash: &str) -> String {
    match (hash.get(..4), hash.get(hash.len().saturating_sub(4)..)) {
        (Some(first), Some(last)) => format!("{first}…{last}"),
        _ => hash.to_owned(),
    }
}
