//! How Slack writes things: every answer says `ok`; absent, `null` and blank are one; forms carry JSON as text.

use std::{fmt::Display, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
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
