//! How a request stands, for the people in the channel: votes and questions so far, or what was decided, by whom,
//! where and why.

use grantbook_core::{
    UserId,
    approval::{
        Approved, Decision, Level,
        life::{Happening, Outcome, State},
    },
};

use super::{
    card::{Card, NAME, SENTENCE, WORDS, level_word},
    text::{counted, inline, listed, quoted},
};

/// Votes and questions that are told.
const TOLD: usize = 6;
/// Scopes in a list.
const LISTED: usize = 8;

impl Card<'_> {
    /// What stands below the request.
    pub(super) fn standing(&self) -> Vec<String> {
        match self.stored.state {
            State::New | State::Open => self.problem().into_iter().chain(self.so_far()).collect(),
            State::Deciding | State::Approved | State::Restricted | State::Cancelled => {
                std::iter::once(self.decided()).chain(self.reason()).collect()
            }
        }
    }

    /// The end of the line that notifications show.
    pub(super) fn in_short(&self) -> String {
        match (self.stored.state, &self.stored.risk) {
            (State::New | State::Open, Some(risk)) => {
                format!(". Risk: {}, {} of 100.", level_word(risk.level), risk.score)
            }
            (State::New | State::Open, None) => ".".to_owned(),
            (State::Deciding, _) => ": decided.".to_owned(),
            (settled, _) => format!(": {}.", settled.as_str()),
        }
    }

    /// Why Slack refused the decision before.
    fn problem(&self) -> Option<String> {
        let code = self.stored.problem.as_deref()?;
        Some(format!(
            "⚠️ Slack refused the last decision (`{}`), so that it waits again.",
            inline(code, NAME)
        ))
    }

    /// Votes since it was opened last, and questions to the requester.
    fn so_far(&self) -> Option<String> {
        let last = self.steps.iter().rposition(|step| {
            matches!(
                step.what,
                Happening::Judged { .. } | Happening::Refused { .. } | Happening::Reopened
            )
        });
        let since = last.map_or(self.steps, |last| self.steps.get(last..).unwrap_or_default());
        let lines: Vec<String> = since.iter().filter_map(|step| self.said(&step.what)).collect();
        let newest = lines.len().saturating_sub(TOLD);
        (!lines.is_empty()).then(|| lines.get(newest..).unwrap_or_default().join("\n"))
    }

    fn said(&self, what: &Happening) -> Option<String> {
        let why = |text: &str| {
            let text = inline(text, SENTENCE);
            if text.is_empty() {
                String::new()
            } else {
                format!(": “{text}”")
            }
        };
        match what {
            Happening::Voted { by, outcome, reason } => {
                let how = match outcome {
                    Outcome::Approved => "to approve it",
                    Outcome::Restricted => "to restrict it",
                    Outcome::Cancelled => "to dismiss it",
                };
                Some(format!("🗳️ {} wants {how}{}", self.who(by), why(reason)))
            }
            Happening::AskedWhy { by, text } => Some(format!(
                "💬 {} asked {} why{}",
                self.who(by),
                self.requester(),
                why(text)
            )),
            Happening::Escalated { to } => {
                let to: Vec<String> = to.iter().map(|one| self.named(one)).collect();
                Some(format!("🚨 It waits too long; {} were called.", listed(&to, LISTED)))
            }
            _ => None,
        }
    }

    /// What was decided, where, by whom and when.
    pub(crate) fn decided(&self) -> String {
        let stored = self.stored;
        let (sign, deed) = match stored.state {
            State::Approved => ("✅", "Approved"),
            State::Restricted => ("⛔", "Restricted"),
            State::Cancelled => ("➖", "Dismissed, and the app stays undecided"),
            State::Deciding | State::New | State::Open => ("⏳", self.deciding()),
        };
        let by = stored
            .decided_by
            .as_deref()
            .map_or_else(String::new, |by| format!(" by {}", self.who(by)));
        let at = stored
            .decided_at
            .map_or_else(String::new, |at| format!(" on {}", at.in_words()));
        let waits = if stored.state == State::Deciding {
            " Slack has not confirmed it yet."
        } else {
            ""
        };
        format!("{sign} *{deed}*{}{by}{at}.{}{waits}", self.level(), self.extent())
    }

    fn deciding(&self) -> &'static str {
        match self.stored.decision.as_ref().and_then(Outcome::of) {
            Some(Outcome::Approved) => "Approved",
            Some(Outcome::Restricted) => "Restricted",
            Some(Outcome::Cancelled) => "Dismissed",
            None => "Decided",
        }
    }

    fn level(&self) -> String {
        let team = match &self.stored.decision {
            Some(Decision::Approve(Approved { level, .. }) | Decision::Restrict { level, .. }) => match level {
                Level::Workspace => self.stored.request.team.as_ref(),
                Level::Org => None,
            },
            _ => return String::new(),
        };
        format!(" for {}", self.place(team))
    }

    /// What an approval leaves out, and how long it lasts.
    pub(super) fn extent(&self) -> String {
        let Some(Decision::Approve(approved)) = &self.stored.decision else {
            return String::new();
        };
        let names: Vec<String> = approved.withheld.iter().map(|scope| format!("`{scope}`")).collect();
        let without = match names.as_slice() {
            [] => String::new(),
            names => format!(" Left out: {}.", listed(names, LISTED)),
        };
        let lasts = approved.for_days.map_or_else(String::new, |days| {
            let days = counted(usize::try_from(days).unwrap_or(usize::MAX), "day");
            format!(" It lasts {days} from the approval.")
        });
        format!("{without}{lasts}")
    }

    /// Why, as the requester is told.
    pub(super) fn reason(&self) -> Option<String> {
        quoted(self.stored.reason.as_deref()?, WORDS)
    }

    /// Who it was, and where: in the console, in Slack, elsewhere, or a rule.
    pub(super) fn who(&self, by: &str) -> String {
        match by.split_once(':') {
            Some(("user", name)) => format!("*{}* in the console", inline(name, NAME)),
            Some(("slack", user)) => match user.parse::<UserId>() {
                Ok(user) => format!("<@{user}> in Slack"),
                Err(_) => "somebody in Slack".to_owned(),
            },
            Some(("key", id)) => format!("the API key `{}`", inline(id, NAME)),
            Some(("rule", id)) => format!("the rule “{}”", self.rule(id)),
            _ if by == "timer" => "the console, since nobody decided in time".to_owned(),
            _ if by == "elsewhere" => self.elsewhere(),
            _ => inline(by, NAME),
        }
    }

    fn rule(&self, id: &str) -> String {
        let decided_by = self
            .stored
            .verdict
            .as_ref()
            .and_then(|verdict| verdict.decided_by.as_ref());
        let name = decided_by.filter(|rule| rule.id == id).map_or(id, |rule| &rule.name);
        inline(name, NAME)
    }

    /// Somebody who decided not here: as Slack's lists name them.
    fn elsewhere(&self) -> String {
        let resolver = self.steps.iter().rev().find_map(|step| match &step.what {
            Happening::Noticed { by, .. } => Some(by.as_ref()),
            _ => None,
        });
        match resolver.flatten() {
            Some(resolver) if resolver.actor_type == "user" => match resolver.actor_id.parse::<UserId>() {
                Ok(user) => format!("<@{user}>, outside of this console"),
                Err(_) => "somebody outside of this console".to_owned(),
            },
            Some(resolver) => format!("`{}`, outside of this console", inline(&resolver.actor_id, NAME)),
            None => "somebody outside of this console".to_owned(),
        }
    }
}
