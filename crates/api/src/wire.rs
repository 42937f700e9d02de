//! How Slack writes things: every answer says `ok`; absent, `null` and blank are one; forms carry JSON as text.

use std::{fmt::Display, str::FromStr};

use grantbook_core::Scope;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error as _},
};
use serde_json::{Map, Value, json};

use crate::error::ErrorCode;

/// A successful answer: the fields of `answer` beside `ok: true`.
///
/// Used by whoever plays Slack. An answer that is not a JSON object becomes `{"ok":true}` alone.
pub fn success(answer: &impl Serialize) -> Value {
    let mut object = match serde_json::to_value(answer) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    };
    object.insert("ok".to_owned(), Value::Bool(true));
    Value::Object(object)
}

/// A refusal: `{"ok":false,"error":"…"}`. Slack sends it with HTTP 200.
pub fn failure(code: &ErrorCode) -> Value {
    json!({ "ok": false, "error": code.as_str() })
}

/// Says what was wrong with a JSON shape without repeating any value that was sent.
///
/// Serde quotes the values it did not like, and a value may be a token or a person's words.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if text.starts_with("unknown variant") {
        return "a field has a value that is not one of Slack's".to_owned();
    }
    match (text.find('"'), text.rfind('"')) {
        (Some(first), Some(last)) if first < last => format!("{}\"…\"{}", &text[..first], &text[last + 1..]),
        _ => text,
    }
}

/// Reads an optional identifier: absent, `null` and `""` all mean that there is none.
pub(crate) fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    match Option::<String>::deserialize(deserializer)? {
        None => Ok(None),
        Some(text) if text.is_empty() => Ok(None),
        Some(text) => text.parse().map(Some).map_err(D::Error::custom),
    }
}

/// Reads an optional object that is named by its `id`: absent, `null`, and an object with a blank `id` all
/// mean that there is none.
pub(crate) fn optional_object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    match Option::<Value>::deserialize(deserializer)? {
        None => Ok(None),
        Some(value) if matches!(value.get("id"), Some(Value::Null)) || value.get("id") == Some(&json!("")) => Ok(None),
        Some(value) => serde_json::from_value(value)
            .map(Some)
            .map_err(|error| D::Error::custom(reason(&error))),
    }
}

/// Reads a yes or no that JSON carries as such and forms carry as text; absent, `null` and blank are no.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(flag),
        Some(Value::String(text)) => yes(&text).ok_or_else(|| D::Error::custom("a flag is neither true nor false")),
        Some(_) => Err(D::Error::custom("a flag is neither true nor false")),
    }
}

/// A yes or no as forms write it.
pub(crate) fn yes(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" | "" => Some(false),
        _ => None,
    }
}

/// Leaves out the fields that have nothing to say.
pub(crate) fn without_nulls(mut value: Value) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.retain(|_, field| !field.is_null());
    }
    value
}

/// Reads a comma-separated list of scopes, the way arguments carry it.
pub(crate) fn scope_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Scope>, D::Error> {
    let list = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    Scope::parse_list(&list).map_err(D::Error::custom)
}

/// Writes a list the way arguments carry it: with commas.
pub(crate) fn with_commas<T: Display, S: Serializer>(items: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&commas(items))
}

/// A list in one text, with commas.
pub(crate) fn commas<T: Display>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// Reads a value that Slack sometimes sends as `null` instead of leaving it out.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads an array or object argument: JSON itself in a JSON body, JSON as text in a form.
pub(crate) fn json_or_text<'de, D>(deserializer: D) -> Result<Option<Value>, D::Error>
where
    D: Deserializer<'de>,
{
    match Option::<Value>::deserialize(deserializer)? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => serde_json::from_str(&text)
            .map(Some)
            .map_err(|_| D::Error::custom("an argument is not JSON")),
        Some(value) => Ok(Some(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_carry_ok() {
        assert_eq!(success(&json!({"team": "T1"})), json!({"ok": true, "team": "T1"}));
        assert_eq!(success(&()), json!({"ok": true}));
        assert_eq!(
            failure(&ErrorCode::MixedScope),
            json!({"ok": false, "error": "mixed_scope"})
        );
    }

    #[test]
    fn a_reason_repeats_no_value() {
        let error = serde_json::from_value::<u32>(json!("xoxa-2-\"secret\"")).unwrap_err();
        assert_eq!(reason(&error), "invalid type: string \"…\", expected u32");
    }
}
