//! Reading a rules file: refused whole, with the rule, the field, the line and the reason.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Action, OptionalScopes, Predicate, Rule, Rules, check};

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
    /// The line of the file, from 1, where it is known.
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

impl RulesError {
    fn of(rule: &str, field: &str, reason: impl Into<String>) -> Self {
        Self {
            rule: Some(rule.to_owned()),
            field: field.to_owned(),
            line: None,
            reason: reason.into(),
        }
    }
}

impl Rules {
    /// Reads and checks rules written as JSON.
    pub fn from_json(text: &str) -> Result<Self, RulesError> {
        match serde_json::from_str::<Self>(text) {
            Ok(rules) => rules.valid().map_err(|error| {
                let line = error.rule.as_deref().and_then(|id| line_of(text, id));
                RulesError { line, ..error }
            }),
            Err(error) => {
                let found = serde_json::from_str(text).ok().and_then(|value: Value| locate(&value));
                let line = Some(error.line()).filter(|&line| line > 0);
                Err(found.map_or_else(
                    || RulesError {
                        rule: None,
                        field: String::new(),
                        line,
                        reason: plain(&error),
                    },
                    |found| RulesError { line, ..found },
                ))
            }
        }
    }

    /// Reads and checks rules out of a JSON value, as a REST body carries them.
    pub fn from_value(value: &Value) -> Result<Self, RulesError> {
        read::<Self>(value)
            .map_err(|reason| {
                locate(value).unwrap_or(RulesError {
                    rule: None,
                    field: String::new(),
                    line: None,
                    reason,
                })
            })?
            .valid()
    }

    /// Checks what the shape cannot say: ids that are taken twice, impossible conditions, limits.
    /// For rules that came by another way than [`Rules::from_json`], from TOML for instance.
    pub fn valid(self) -> Result<Self, RulesError> {
        if self.rules.len() > MAX_RULES {
            return Err(RulesError {
                rule: None,
                field: "rules".to_owned(),
                line: None,
                reason: format!("has {} rules, at most {MAX_RULES} are allowed", self.rules.len()),
            });
        }
        let mut ids = BTreeSet::new();
        for rule in &self.rules {
            fine(rule)?;
            if !ids.insert(&rule.id) {
                return Err(RulesError::of(&rule.id, "id", "another rule has the same id"));
            }
        }
        match check::impossible(&self).first() {
            Some(rule) => Err(RulesError::of(
                &rule.id,
                "when",
                "no request can ever fit this condition",
            )),
            None => Ok(self),
        }
    }
}

fn fine(rule: &Rule) -> Result<(), RulesError> {
    let wrong = |field: &str, reason: &str| Err(RulesError::of(&rule.id, field, reason));
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    if rule.id.is_empty() || rule.id.len() > 64 || !rule.id.bytes().all(allowed) {
        return wrong("id", "has 1 to 64 characters out of a-z, 0-9, -, _ and .");
    }
    if rule.name.trim().is_empty() || rule.name.len() > 200 {
        return wrong("name", "has 1 to 200 characters");
    }
    if rule.when.depth() > MAX_DEPTH {
        return wrong("when", "is nested deeper than 16 levels");
    }
    match &rule.then {
        Action::Approve {
            for_days: Some(days), ..
        } if !(1..=MAX_DAYS).contains(days) => wrong("then.approve.for_days", "is between 1 and 3650 days"),
        Action::Approve {
            optional: OptionalScopes::These(list),
            ..
        } if list.is_empty() => wrong("then.approve.optional", "names no scope: write \"none\""),
        Action::Ask { whom, .. } if whom.iter().any(|who| who.trim().is_empty()) => {
            wrong("then.ask.whom", "has an empty name")
        }
        _ => Ok(()),
    }
}

/// Finds the first rule and field that cannot be read.
fn locate(value: &Value) -> Option<RulesError> {
    for (at, rule) in value.get("rules")?.as_array()?.iter().enumerate() {
        let Err(reason) = read::<Rule>(rule) else { continue };
        let id = rule["id"]
            .as_str()
            .map_or_else(|| format!("#{}", at + 1), str::to_owned);
        if let Some(error) = rule.get("when").and_then(|when| condition(when, "when")) {
            return Some(RulesError::of(&id, &error.0, error.1));
        }
        if let Some(Err(reason)) = rule.get("then").map(read::<Action>) {
            let action = rule["then"].as_object().and_then(|map| map.keys().next());
            let field = action.map_or_else(|| "then".to_owned(), |action| format!("then.{action}"));
            return Some(RulesError::of(&id, &field, reason));
        }
        let wrong_kind = ["id", "name"].into_iter().find(|field| !rule[*field].is_string());
        return Some(RulesError::of(&id, wrong_kind.unwrap_or_default(), reason));
    }
    None
}

/// The deepest test of a condition that cannot be read, and why.
fn condition(value: &Value, path: &str) -> Option<(String, String)> {
    let reason = read::<Predicate>(value).err()?;
    let Some((key, inner)) = value
        .as_object()
        .filter(|map| map.len() == 1)
        .and_then(|map| map.iter().next())
    else {
        return Some((path.to_owned(), reason));
    };
    let path = format!("{path}.{key}");
    let deeper = match (key.as_str(), inner) {
        ("any" | "all", Value::Array(list)) => {
            let mut list = list.iter().enumerate();
            list.find_map(|(at, inner)| condition(inner, &format!("{path}[{at}]")))
        }
        ("not", inner) => condition(inner, &path),
        _ => None,
    };
    Some(deeper.unwrap_or((path, reason)))
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    T::deserialize(value).map_err(|error| plain(&error))
}

/// Serde's reason without its own "at line", which stands in its own field.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

/// The last line that gives a rule this id.
fn line_of(text: &str, id: &str) -> Option<usize> {
    let quoted = format!("\"{id}\"");
    let lines = (1..).zip(text.lines());
    lines
        .filter(|(_, line)| line.contains("\"id\"") && line.contains(&quoted))
        .map(|(at, _)| at)
        .last()
}
