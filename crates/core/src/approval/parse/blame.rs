//! Which rule and which field of a file cannot be read: the deepest one that is wrong by itself.

use serde_json::{Map, Value};

use super::{Wrong, read};
use crate::approval::{Action, Predicate, Rule};

/// Finds the first field that cannot be read, in a file that cannot be.
pub(super) fn blame(file: &Value) -> Option<Wrong> {
    let file = file.as_object()?;
    let rules = file.get("rules").and_then(Value::as_array);
    let broken = rules.and_then(|rules| (0..).zip(rules).find_map(|(at, rule)| one(at, rule)));
    broken.or_else(|| top(file))
}

/// A field beside the rules.
fn top(file: &Map<String, Value>) -> Option<Wrong> {
    let alone = |(key, value): (&String, &Value)| {
        let only = Value::Object(Map::from_iter([(key.clone(), value.clone())]));
        let reason = read::<crate::approval::Rules>(&only).err()?;
        Some(Wrong::file(key, reason))
    };
    file.iter().find_map(alone)
}

fn one(at: usize, rule: &Value) -> Option<Wrong> {
    let reason = read::<Rule>(rule).err()?;
    let id = rule.get("id").and_then(Value::as_str);
    let id = id.map_or_else(|| format!("#{}", at + 1), str::to_owned);
    let (field, reason) = rule
        .get("when")
        .and_then(|when| condition(when, "when"))
        .or_else(|| rule.get("then").and_then(action))
        .unwrap_or_else(|| (field(rule), reason));
    Some(Wrong::rule(at, &id, &field, reason))
}

/// A field of the rule itself: unknown, or of the wrong kind; empty where one is missing.
fn field(rule: &Value) -> String {
    let Some(fields) = rule.as_object() else {
        return String::new();
    };
    let wrong = |(key, value): &(&String, &Value)| match key.as_str() {
        "id" | "name" => !value.is_string(),
        "enabled" => !value.is_boolean(),
        "when" | "then" => false,
        _ => true,
    };
    fields
        .iter()
        .find(wrong)
        .map(|(key, _)| key.clone())
        .unwrap_or_default()
}

/// The deepest part of a condition that cannot be read, and why.
fn condition(value: &Value, path: &str) -> Option<(String, String)> {
    let reason = read::<Predicate>(value).err()?;
    let Some((key, inner)) = only_entry(value) else {
        return Some((path.to_owned(), reason));
    };
    let path = format!("{path}.{key}");
    let deeper = match (key.as_str(), inner) {
        ("any" | "all", Value::Array(list)) => {
            let mut list = (0..).zip(list);
            list.find_map(|(at, inner)| condition(inner, &format!("{path}[{at}]")))
        }
        ("not", inner) => condition(inner, &path),
        (name, inner) => test(name, inner, &path),
    };
    Some(deeper.unwrap_or((path, reason)))
}

/// What a test compares with: the one value of a list that cannot be read, or the whole.
fn test(name: &str, value: &Value, path: &str) -> Option<(String, String)> {
    let (comparison, operand) = only_entry(value)?;
    let with = |operand: Value| {
        let test = Value::Object(Map::from_iter([(comparison.clone(), operand)]));
        read::<Predicate>(&Value::Object(Map::from_iter([(name.to_owned(), test)])))
    };
    let path = format!("{path}.{comparison}");
    let items = operand.as_array().filter(|_| with(Value::Array(Vec::new())).is_ok());
    let item = items.and_then(|items| {
        (0..).zip(items).find_map(|(at, item)| {
            let reason = with(Value::Array(vec![item.clone()])).err()?;
            Some((format!("{path}[{at}]"), reason))
        })
    });
    // A name that no test has is blamed itself, not what stands behind it.
    let known = |test: &Value| read::<Predicate>(&Value::Object(Map::from_iter([(name.to_owned(), test.clone())])));
    item.or_else(|| Some((path, known(value).err()?)))
        .filter(|(_, reason)| !reason.starts_with(&format!("unknown variant `{name}`")))
}

/// The field of an action that cannot be read: the one without which the rest can.
fn action(value: &Value) -> Option<(String, String)> {
    let reason = read::<Action>(value).err()?;
    let Some((name, fields)) = only_entry(value) else {
        return Some(("then".to_owned(), reason));
    };
    let path = format!("then.{name}");
    let alone = |(key, value): (&String, &Value)| {
        let fields = Value::Object(Map::from_iter([(key.clone(), value.clone())]));
        let action = Value::Object(Map::from_iter([(name.clone(), fields)]));
        Some((format!("{path}.{key}"), read::<Action>(&action).err()?))
    };
    let empty = Value::Object(Map::from_iter([(name.clone(), Value::Object(Map::new()))]));
    let fields = fields.as_object().filter(|_| read::<Action>(&empty).is_ok());
    let field = fields.and_then(|fields| fields.iter().find_map(alone));
    Some(field.unwrap_or((path, reason)))
}

fn only_entry(value: &Value) -> Option<(&String, &Value)> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    map.iter().next()
}
