//! Approval rules as the editor shows them: words of decisions, a rule as a form, texts against each other.

mod action;
mod diff;
mod form;
#[cfg(test)]
mod tests;

use grantbook_core::{
    approval::{AppRequest, Rule, Rules},
    view::approvals::{RulesState, RulesVersionView, TallyView},
};

pub use action::{ActionForm, ActionKind};
pub use diff::{Line, lines};
pub use form::{Form, TestForm, TestKind, Wants};

use super::number::{count, thousands};

/// A decision as a word for people.
pub fn decision_word(decision: &str) -> &'static str {
    match decision {
        "approve" => "Approve",
        "restrict" => "Restrict",
        "cancel" => "Dismiss",
        _ => "Ask",
    }
}

/// What a rule does, in a sentence with its condition.
pub fn rule_sentence(rule: &Rule) -> String {
    format!("{} when {}", rule.then.sentence(), rule.when.clause())
}

/// "14 of 3,120 decisions would flip", without the first number, which stands out.
pub fn flips_words(flips: usize, requests: usize) -> String {
    let all = count(u64::try_from(requests).unwrap_or(u64::MAX), "decision");
    let verb = if flips == 1 { "flips" } else { "would flip" };
    format!("of {all} {verb}")
}

/// "ask to approve".
pub fn tally_words(tally: &TallyView) -> String {
    let word = |decision: &str| decision_word(decision).to_lowercase();
    if tally.old == tally.new {
        format!("{} otherwise", word(&tally.old))
    } else {
        format!("{} to {}", word(&tally.old), word(&tally.new))
    }
}

/// Why a text is refused, without the words of programmers.
pub fn refusal_words(reason: &str) -> String {
    let unknown = ["unknown variant ", "unknown field "]
        .iter()
        .find_map(|start| reason.strip_prefix(start));
    let Some((name, known)) = unknown.and_then(|rest| rest.split_once(", expected ")) else {
        return reason.to_owned();
    };
    let known = known.strip_prefix("one of ").unwrap_or(known);
    format!("{name} is not known here; what can stand here is {known}")
}

/// Parts of a bar a thousand wide: where each begins, how wide it is, and its class by what it becomes.
pub fn bar(tally: &[TallyView]) -> Vec<(usize, usize, &'static str)> {
    let all: usize = tally.iter().map(|one| one.count).sum();
    let mut from = 0;
    let mut parts = Vec::new();
    for one in tally {
        let width = (one.count * 1_000 / all.max(1)).max(6);
        let class = match one.new.as_str() {
            "approve" => "a",
            "restrict" => "c",
            "cancel" => "same",
            _ => "b",
        };
        parts.push((from, width.saturating_sub(4), class));
        from += width;
    }
    parts
}

/// A version's state in a word.
pub const fn state_word(state: RulesState) -> &'static str {
    match state {
        RulesState::Draft => "Draft",
        RulesState::Proposed => "Waits for agreement",
        RulesState::InForce => "In force",
        RulesState::Retired => "Retired",
        RulesState::Discarded => "Discarded",
    }
}

/// `user:orla` as `orla`, an API key as one.
pub fn who(name: &str) -> String {
    match name.split_once(':') {
        Some(("user", name)) => name.to_owned(),
        Some(("key", id)) => format!("API key {id}"),
        _ => name.to_owned(),
    }
}

/// Whether this person may put the version in force, and why not.
pub fn may_agree(
    version: &RulesVersionView,
    me: &str,
    is_admin: bool,
    second_person: bool,
) -> Result<(), &'static str> {
    let mine = format!("user:{me}");
    let stands_behind = version.made_by == mine || version.proposed_by.as_ref() == Some(&mine);
    match version.state {
        RulesState::Draft | RulesState::Proposed if !is_admin => Err("Only an administrator puts rules in force."),
        RulesState::Draft if second_person => Err("Ask for agreement first."),
        RulesState::Proposed if second_person && stands_behind => {
            Err("A second person has to agree: somebody who neither wrote nor proposed this version.")
        }
        RulesState::Draft | RulesState::Proposed => Ok(()),
        _ => Err("Save another draft of it to put it in force again."),
    }
}

/// How a version did in shadow.
pub fn shadow_words(version: &RulesVersionView) -> Option<String> {
    (version.compared > 0 || version.shadow_since.is_some()).then(|| {
        format!(
            "{} on {}",
            count(version.disagreements, "disagreement"),
            count(version.compared, "request")
        )
    })
}

/// An id made from a name, that none of the rules has.
pub fn fresh_id(name: &str, rules: &Rules) -> String {
    let mut id = String::new();
    for c in name.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            id.push(c);
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    let id = id
        .trim_end_matches('-')
        .get(..60.min(id.trim_end_matches('-').len()))
        .unwrap_or("rule")
        .to_owned();
    let id = if id.is_empty() { "rule".to_owned() } else { id };
    let taken = |id: &str| rules.rules.iter().any(|rule| rule.id == id);
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    let mut all = std::iter::once(id.clone()).chain(numbered);
    all.find(|id| !taken(id)).unwrap_or(id)
}

/// A request that shows a finding, in a sentence with code in backticks.
pub fn example(request: &AppRequest) -> String {
    let scopes: Vec<String> = request.scopes.iter().map(|asked| format!("`{}`", asked.name)).collect();
    let scopes = if scopes.is_empty() {
        "no scopes".to_owned()
    } else {
        scopes.join(", ")
    };
    let place = request
        .team
        .as_ref()
        .map_or("the whole organization".to_owned(), |team| format!("`{team}`"));
    format!(
        "`{}` asks for app `{}` with {scopes}, for {place}.",
        request.requester.id, request.app.id
    )
}

/// How long it took.
pub fn took_words(micros: u64) -> String {
    match micros {
        0..1_000 => "less than 1 ms over all history".to_owned(),
        _ => format!("{} ms over all history", thousands(micros / 1_000)),
    }
}
