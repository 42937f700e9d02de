//! Which keys exist, so that a misspelled one is named rather than ignored.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Config;

/// What an environment value must be read as: the environment itself knows only text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// As it is.
    Text,
    /// Digits.
    Number,
    /// Separated by commas.
    List,
}

/// Every `section.key`, with its kind, taken from the defaults.
pub(super) fn known() -> BTreeMap<String, Kind> {
    let defaults = serde_json::to_value(Config::default()).unwrap_or_default();
    leaves(&defaults)
        .into_iter()
        .map(|(path, value)| (path, kind(value)))
        .collect()
}

fn kind(value: &Value) -> Kind {
    match value {
        Value::Number(_) => Kind::Number,
        Value::Array(_) => Kind::List,
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Object(_) => Kind::Text,
    }
}

/// The keys of `document` that mean nothing, as `section.key`.
pub(super) fn unknown(document: &Value) -> Vec<String> {
    let known = known();
    let mut odd: Vec<_> = leaves(document).into_iter().map(|(path, _)| path).collect();
    odd.retain(|path| !known.contains_key(path));
    odd
}

/// `section.key` and value; what stands outside a section keeps its bare name, an empty section counts not.
fn leaves(document: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (section, value) in document.as_object().into_iter().flatten() {
        match value {
            Value::Object(keys) => found.extend(keys.iter().map(|(key, value)| (format!("{section}.{key}"), value))),
            _ => found.push((section.clone(), value)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_kinds_come_from_the_defaults() {
        let known = known();
        assert_eq!(known["server.bind"], Kind::Text);
        assert_eq!(known["server.body_limit_bytes"], Kind::Number);
        assert_eq!(known["server.trusted_proxies"], Kind::List);
        assert_eq!(known["keys.master"], Kind::Text);
    }

    #[test]
    fn every_unknown_key_is_named() {
        let document = serde_json::json!({"server": {"bnid": "x", "bind": "y"}, "sever": {"bind": "z"}, "loose": 1});
        assert_eq!(unknown(&document), ["loose", "server.bnid", "sever.bind"]);
    }
}
