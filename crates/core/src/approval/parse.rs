//! Reading a rules file: refused whole, with the rule, the field, the line and the reason.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Action, OptionalScopes, Rule, Rules, check};

mod blame;
mod lines;

pub(super) use lines::Lines;
#[cfg(feature = "toml")]
pub(super) use lines::field_of;

/// More rules than this are refused.
const MAX_RULES: usize = 1_000;
/// Deeper conditions than this are refused.
const MAX_DEPTH: usize = 16;
/// Longest time limit, in days: ten years.
const MAX_DAYS: u32 = 3_650;

/// Why rules are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesError {
    /// The rule's id, or its place as `#3` (from 1) where it has none; `None` where the file as a whole is wrong.
    pub rule: Option<String>,
    /// The field within the rule, as a path such as `when.all[1].scopes`; empty where no one field is to blame.
    pub field: String,
    /// The line of the file, from 1, where it is known: of the field, or of what it is missing in.
    pub line: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

impl std::error::Error for RulesError {}

impl std::fmt::Display for RulesError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(rule) = &self.rule {
            write!(f, "rule {rule}: ")?;
        }
        if !self.field.is_empty() {
            write!(f, "field {}: ", self.field)?;
        }
        f.write_str(&self.reason)?;
        match self.line {
            Some(line) => write!(f, " (line {line})"),
            None => Ok(()),
        }
    }
}

/// What is wrong, and the full path to it, by which its line is found.
#[derive(Debug)]
pub(super) struct Wrong {
    path: String,
    error: RulesError,
}

impl Wrong {
    fn file(field: &str, reason: impl Into<String>) -> Self {
        Self {
            path: field.to_owned(),
            error: RulesError {
                rule: None,
                field: field.to_owned(),
                line: None,
                reason: reason.into(),
            },
        }
    }

    /// `at` counts from 0.
    fn rule(at: usize, id: &str, field: &str, reason: impl Into<String>) -> Self {
        let path = format!("rules[{at}].{field}");
        Self {
            path: path.trim_end_matches('.').to_owned(),
            error: RulesError {
                rule: Some(id.to_owned()),
                ..Self::file(field, reason).error
            },
        }
    }

    /// The same with its line.
    pub(super) fn on(self, lines: &Lines) -> RulesError {
        RulesError {
            line: lines.of(&self.path),
            ..self.error
        }
    }
}

impl Rules {
    /// Reads and checks rules written as JSON.
    pub fn from_json(text: &str) -> Result<Self, RulesError> {
        let wrong = match serde_json::from_str::<Self>(text) {
            Ok(rules) => match rules.wrong() {
                Some(wrong) => wrong,
                None => return Ok(rules),
            },
            Err(error) => match serde_json::from_str(text).ok().and_then(|file| blame::blame(&file)) {
                Some(wrong) => wrong,
                None => {
                    return Err(RulesError {
                        line: Some(error.line()).filter(|&line| line > 0),
                        ..Wrong::file("", plain(&error)).error
                    });
                }
            },
        };
        Err(wrong.on(&Lines::of_json(text)))
    }

    /// Reads and checks rules out of a JSON value, as a REST body carries them.
    pub fn from_value(value: &Value) -> Result<Self, RulesError> {
        Self::read(value).map_err(|wrong| wrong.error)
    }

    /// The same, with the place of what is wrong.
    pub(super) fn read(value: &Value) -> Result<Self, Wrong> {
        let rules: Self = read(value).map_err(|reason| blame::blame(value).unwrap_or(Wrong::file("", reason)))?;
        match rules.wrong() {
            None => Ok(rules),
            Some(wrong) => Err(wrong),
        }
    }

    /// Checks what the shape cannot say: ids that are taken twice, impossible conditions, limits.
    /// For rules that did not come by a file.
    pub fn valid(self) -> Result<Self, RulesError> {
        match self.wrong() {
            None => Ok(self),
            Some(wrong) => Err(wrong.error),
        }
    }

    fn wrong(&self) -> Option<Wrong> {
        if i64::try_from(self.version).is_err() {
            return Some(Wrong::file("version", "is larger than any version can be"));
        }
        if self.rules.len() > MAX_RULES {
            let reason = format!("has {} rules, at most {MAX_RULES} are allowed", self.rules.len());
            return Some(Wrong::file("rules", reason));
        }
        let mut ids = BTreeSet::new();
        for (at, rule) in self.rules.iter().enumerate() {
            if let Some((field, reason)) = unfit(rule) {
                return Some(Wrong::rule(at, &rule.id, field, reason));
            }
            if !ids.insert(&rule.id) {
                return Some(Wrong::rule(at, &rule.id, "id", "another rule has the same id"));
            }
        }
        let (at, rule) = check::impossible(self)?;
        Some(Wrong::rule(
            at,
            &rule.id,
            "when",
            "no request can ever fit this condition",
        ))
    }
}

/// The field of a rule that is readable and wrong, and why.
fn unfit(rule: &Rule) -> Option<(&'static str, &'static str)> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    if rule.id.is_empty() || rule.id.len() > 64 || !rule.id.bytes().all(allowed) {
        return Some(("id", "has 1 to 64 characters out of a-z, 0-9, -, _ and ."));
    }
    if rule.name.trim().is_empty() || rule.name.len() > 200 {
        return Some(("name", "has 1 to 200 characters"));
    }
    if rule.when.depth() > MAX_DEPTH {
        return Some(("when", "is nested deeper than 16 levels"));
    }
    match &rule.then {
        Action::Approve {
            for_days: Some(days), ..
        } if !(1..=MAX_DAYS).contains(days) => Some(("then.approve.for_days", "is between 1 and 3650 days")),
        Action::Approve {
            optional: OptionalScopes::These(list),
            ..
        } if list.is_empty() => Some(("then.approve.optional", "names no scope: write \"none\"")),
        Action::Ask { whom, .. } if whom.iter().any(|who| who.trim().is_empty()) => {
            Some(("then.ask.whom", "has an empty name"))
        }
        _ => None,
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    T::deserialize(value).map_err(|error| plain(&error))
}

/// Serde's reason without its own "at line", which stands in its own field.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}
