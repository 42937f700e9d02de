//! Reading a call: body type, charset, arguments, token and credentials, in Slack's order of checks.

use axum::body::Bytes;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use grantbook_api::ErrorCode;
use http::{HeaderMap, Method, Uri, header};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{answer::Refusal, forms, multipart};
use crate::methods::MethodInfo;

/// Arguments that are never logged.
const UNLOGGED: [&str; 10] = [
    "token",
    "client_id",
    "client_secret",
    "code",
    "refresh_token",
    "text",
    "attachments",
    "blocks",
    "reason",
    "state",
];

/// A call that was understood.
#[derive(Debug)]
pub(super) struct Arguments {
    fields: Map<String, Value>,
    /// From the header, the query or the form.
    pub(super) token: Option<String>,
    /// From HTTP Basic.
    pub(super) basic: Option<(String, String)>,
    /// The person the caller acts for, from `X-Slack-User`.
    pub(super) on_behalf_of: Option<String>,
    /// The caller's `User-Agent`.
    pub(super) user_agent: String,
    /// Whether the token came in the header.
    pub(super) is_bearer: bool,
    /// Whether the call was a POST.
    pub(super) is_post: bool,
    /// What was odd about the call.
    pub(super) warnings: Vec<&'static str>,
}

impl Arguments {
    /// Checks the body's type and charset, whether the method takes JSON, and reads the arguments.
    /// The query's count too; the body's win.
    pub(super) fn read(
        verb: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &Bytes,
        info: Option<&MethodInfo>,
    ) -> Result<Self, ErrorCode> {
        let mut warnings = Vec::new();
        let mut fields = forms::query(uri.query().unwrap_or_default())?;
        if *verb == Method::POST && (!body.is_empty() || headers.contains_key(header::CONTENT_TYPE)) {
            let content_type = headers.get(header::CONTENT_TYPE).ok_or(ErrorCode::MissingPostType)?;
            let content_type = content_type.to_str().map_err(|_| ErrorCode::InvalidPostType)?;
            fields.extend(read_body(content_type, body, info, &mut warnings)?);
        }
        fields.retain(|_, value| !value.is_null());
        let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = authorization
            .and_then(|value| value.strip_prefix("Bearer "))
            .map(|token| token.trim().to_owned());
        let field = fields.get("token").and_then(Value::as_str).map(str::to_owned);
        let is_bearer = bearer.is_some();
        let token = bearer.or(field).filter(|token| !token.is_empty());
        let basic = authorization
            .and_then(|value| value.strip_prefix("Basic "))
            .and_then(credentials);
        Ok(Self {
            fields,
            token,
            basic,
            on_behalf_of: header_text(headers, "x-slack-user"),
            user_agent: header_text(headers, "user-agent").unwrap_or_default(),
            is_bearer,
            is_post: *verb == Method::POST,
            warnings,
        })
    }

    /// An argument as text; numbers and booleans of a JSON body are written out.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.fields.get(name)? {
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(text.clone()),
            Value::Array(_) | Value::Object(_) | Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// The same of an argument that must be there.
    pub(super) fn required(&self, name: &str) -> Result<String, Refusal> {
        self.text(name).ok_or_else(|| Refusal::missing_field(name))
    }

    /// An argument as JSON; in a form it comes as text.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        match self.fields.get(name)? {
            Value::String(text) => serde_json::from_str(text).ok(),
            other => Some(other.clone()),
        }
    }

    /// Whether an argument was sent, even if empty.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Whether an argument is `true` or `1`.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| text == "true" || text == "1")
    }

    /// All arguments as the client's own type.
    pub(super) fn typed<T: DeserializeOwned>(&self) -> Result<T, ErrorCode> {
        serde_json::from_value(Value::Object(self.fields.clone())).map_err(|_| ErrorCode::InvalidArguments)
    }

    /// What may be logged.
    pub(super) fn loggable(&self) -> impl Iterator<Item = (String, String)> {
        let names = self.fields.keys().filter(|name| !UNLOGGED.contains(&name.as_str()));
        names.filter_map(|name| Some((name.clone(), self.text(name)?)))
    }
}

fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn read_body(
    content_type: &str,
    body: &Bytes,
    info: Option<&MethodInfo>,
    warnings: &mut Vec<&'static str>,
) -> Result<Map<String, Value>, ErrorCode> {
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let charset = parameter(content_type, "charset").map(str::to_ascii_lowercase);
    let is_form = match essence.as_str() {
        "application/x-www-form-urlencoded" | "multipart/form-data" => true,
        "application/json" | "text/plain" => false,
        _ => return Err(ErrorCode::InvalidPostType),
    };
    match (charset.as_deref(), is_form) {
        (Some("utf-8" | "utf8" | "iso-8859-1"), true) => warnings.push("superfluous_charset"),
        (Some("utf-8" | "utf8" | "iso-8859-1"), false) | (None, true) => {}
        (None, false) => warnings.push("missing_charset"),
        (Some(_), _) => return Err(ErrorCode::InvalidCharset),
    }
    if body.is_empty() && essence != "multipart/form-data" {
        // Python's SDK names JSON as the type of a body that is not there; Slack does not mind.
        return Ok(Map::new());
    }
    match essence.as_str() {
        // The JSON is looked at before the method that may not want it (E.5).
        "application/json" => match serde_json::from_slice(body) {
            Ok(Value::Object(_)) if info.is_some_and(|info| !info.json) => Err(ErrorCode::InvalidPostType),
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(_) => Err(ErrorCode::JsonNotObject),
            Err(_) => Err(ErrorCode::InvalidJson),
        },
        "multipart/form-data" => {
            let boundary = parameter(content_type, "boundary").ok_or(ErrorCode::InvalidFormData)?;
            let fields = multipart::fields(body, boundary).ok_or(ErrorCode::InvalidFormData)?;
            for (name, _) in &fields {
                forms::check_name(name)?;
            }
            Ok(fields
                .into_iter()
                .map(|(name, value)| (name, Value::String(value)))
                .collect())
        }
        "text/plain" => Ok(Map::new()),
        _ => forms::body(body, charset.as_deref() == Some("iso-8859-1")),
    }
}

fn parameter<'a>(content_type: &'a str, name: &str) -> Option<&'a str> {
    let pairs = content_type
        .split(';')
        .skip(1)
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .into_iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim_matches('"'))
}

/// HTTP Basic, both halves percent-encoded as RFC 6749 asks; Slack takes them either way.
fn credentials(encoded: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decoded = |half: &str| {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&format!("v={half}")).ok()?;
        pairs.into_iter().next().map(|(_, value)| value)
    };
    Some((decoded(id)?, decoded(secret)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods;

    fn read(content_type: Option<&str>, body: &str, method: &str) -> Result<Arguments, ErrorCode> {
        let mut headers = HeaderMap::new();
        if let Some(value) = content_type {
            headers.insert(header::CONTENT_TYPE, value.parse().unwrap());
        }
        let body = Bytes::copy_from_slice(body.as_bytes());
        Arguments::read(
            &Method::POST,
            &Uri::from_static("/api/x?q=1"),
            &headers,
            &body,
            methods::find(method),
        )
    }

    #[test]
    fn malformed_calls_are_named() {
        let error = |content_type, body| read(content_type, body, "chat.postMessage").unwrap_err();
        assert_eq!(error(None, "a=1"), ErrorCode::MissingPostType);
        assert_eq!(error(Some("application/xml"), "<a/>"), ErrorCode::InvalidPostType);
        assert_eq!(
            error(Some("application/json; charset=latin-9"), "{}"),
            ErrorCode::InvalidCharset
        );
        assert_eq!(error(Some("application/json"), "{"), ErrorCode::InvalidJson);
        assert_eq!(error(Some("application/json"), "[]"), ErrorCode::JsonNotObject);
        assert_eq!(
            error(Some("application/x-www-form-urlencoded"), "a-b=1"),
            ErrorCode::InvalidArgName
        );
        assert_eq!(error(Some("multipart/form-data"), "a"), ErrorCode::InvalidFormData);
        assert!(read(Some("application/json"), "", "apps.permissions.info").is_ok());
        let json = read(Some("application/json"), "{}", "apps.permissions.info").unwrap_err();
        assert_eq!(json, ErrorCode::InvalidPostType, "permission methods take forms only");
    }

    #[test]
    fn arguments_come_from_query_and_body() {
        let form = read(
            Some("application/x-www-form-urlencoded"),
            "token=xoxa-2&b=2",
            "auth.test",
        )
        .unwrap();
        assert_eq!(
            (form.text("q").as_deref(), form.text("b").as_deref()),
            (Some("1"), Some("2"))
        );
        assert_eq!(form.token.as_deref(), Some("xoxa-2"));
        assert!(form.loggable().all(|(name, _)| name != "token"));
        let json = read(
            Some("application/json"),
            r#"{"as_user":true,"x":null}"#,
            "chat.postMessage",
        )
        .unwrap();
        assert!(json.is_true("as_user") && json.text("x").is_none());
        assert_eq!(json.warnings, ["missing_charset"]);
    }

    #[test]
    fn credentials_are_read_percent_encoded_or_plain() {
        assert_eq!(
            credentials(&STANDARD.encode("1%2E2:s%2Bt")),
            Some(("1.2".to_owned(), "s+t".to_owned()))
        );
        assert_eq!(
            credentials(&STANDARD.encode("1.2:secret")),
            Some(("1.2".to_owned(), "secret".to_owned()))
        );
    }
}
