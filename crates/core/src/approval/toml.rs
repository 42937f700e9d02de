//! Rules as TOML, for people to read, edit and keep under version control.
//!
//! One table `[[rules]]` for each rule; `when` and `then` stand inline and are broken over lines where they
//! are long. Comments of a file are not kept: rules are data, and are written anew.

use serde::Serialize;
use toml_edit::{ImDocument, Item, Key, Value};

use super::{
    Rule, Rules, RulesError,
    parse::{Lines, field_of},
};

/// Longer lines are broken where they can be.
const WIDTH: usize = 100;

impl Rules {
    /// Reads and checks rules written as TOML; the same shape as JSON. Comments are not kept.
    pub fn from_toml(text: &str) -> Result<Self, RulesError> {
        let file = toml_edit::de::from_str(text).map_err(|error| RulesError {
            rule: None,
            field: String::new(),
            line: error.span().map(|span| line_at(text, span.start)),
            reason: error.message().replace('\n', ", "),
        })?;
        Self::read(&file).map_err(|wrong| wrong.on(&lines(text)))
    }

    /// Writes the rules as TOML that [`Rules::from_toml`] reads back as the same rules.
    pub fn to_toml(&self) -> String {
        let version = i64::try_from(self.version).unwrap_or(i64::MAX);
        let mut text = format!("version = {version}\n");
        for rule in &self.rules {
            text.push_str("\n[[rules]]\n");
            for (field, value) in fields(rule) {
                text.extend([field, " = "]);
                write(&mut text, &value, field.len() + 3, 0);
                text.push('\n');
            }
        }
        text
    }
}

fn fields(rule: &Rule) -> impl Iterator<Item = (&'static str, Value)> {
    let enabled = (!rule.enabled).then(|| Value::from(false));
    [
        ("id", Some(Value::from(&rule.id))),
        ("name", Some(Value::from(&rule.name))),
        ("enabled", enabled),
        ("when", Some(value(&rule.when))),
        ("then", Some(value(&rule.then))),
    ]
    .into_iter()
    .filter_map(|(field, value)| Some((field, value?)))
}

/// Conditions and actions have nothing that TOML could not say.
fn value(part: &impl Serialize) -> Value {
    let written = part.serialize(toml_edit::ser::ValueSerializer::new());
    debug_assert!(written.is_ok(), "{written:?}");
    written.unwrap_or_else(|_| Value::InlineTable(toml_edit::InlineTable::new()))
}

/// On one line if it fits behind the `used` characters there, else with each item of its lists on its own.
fn write(text: &mut String, value: &Value, used: usize, indent: usize) {
    let flat = value.to_string();
    let flat = flat.trim();
    match value {
        Value::Array(list) if used + flat.len() > WIDTH && !list.is_empty() => {
            text.push_str("[\n");
            for item in list {
                let inner = indent + 2;
                text.push_str(&" ".repeat(inner));
                write(text, item, inner + 1, inner);
                text.push_str(",\n");
            }
            text.push_str(&" ".repeat(indent));
            text.push(']');
        }
        Value::InlineTable(table) if used + flat.len() > WIDTH => {
            for (number, (key, inner)) in table.iter().enumerate() {
                let before = format!("{} {key} = ", if number == 0 { "{" } else { "," });
                text.push_str(&before);
                // The brackets of all the tables around it close behind it.
                write(text, inner, used + before.len() + 2, indent);
            }
            text.push_str(" }");
        }
        _ => text.push_str(flat),
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    1 + before.filter(|byte| **byte == b'\n').count()
}

fn lines(text: &str) -> Lines {
    let mut lines = Lines::default();
    if let Ok(file) = ImDocument::parse(text) {
        note(text, &mut lines, "", file.as_item());
    }
    lines
}

/// Notes a thing and what is in it; a table that is only the beginning of longer headers has no line of its own.
fn note(text: &str, lines: &mut Lines, path: &str, item: &Item) {
    if let Some(span) = item.span() {
        lines.note(path, line_at(text, span.start));
    }
    if let Some(table) = item.as_table_like() {
        for (name, inner) in table.iter() {
            let path = field_of(path, name);
            let key = table.key(name).and_then(Key::span);
            if let Some(span) = key {
                lines.note(&path, line_at(text, span.start));
            }
            note(text, lines, &path, inner);
        }
    }
    match item {
        Item::ArrayOfTables(list) => {
            for (number, table) in list.iter().enumerate() {
                note(text, lines, &format!("{path}[{number}]"), &Item::Table(table.clone()));
            }
        }
        Item::Value(Value::Array(list)) => {
            for (number, inner) in list.iter().enumerate() {
                note(text, lines, &format!("{path}[{number}]"), &Item::Value(inner.clone()));
            }
        }
        _ => {}
    }
}
