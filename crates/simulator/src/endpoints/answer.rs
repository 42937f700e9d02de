//! Writing an answer as Slack does: HTTP 200, `ok`, warnings, scope headers, slashes escaped.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use grantbook_api::{ErrorCode, events::Envelope, wire};
use grantbook_core::{AppId, Scope, TeamId};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};

/// What a method answers when all went well: the fields beside `ok`, and the events that follow.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) body: Value,
    pub(super) events: Vec<Envelope>,
}

impl Done {
    /// An answer without events.
    pub(super) fn with(body: &impl Serialize) -> Self {
        Self {
            body: wire::success(body),
            events: Vec::new(),
        }
    }
}

/// Why a method refused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: ErrorCode,
    /// With `missing_scope`: what would have been enough, and what there is.
    pub(super) scopes: Option<(String, String)>,
    /// What a person may read about it, in `response_metadata.messages`.
    pub(super) messages: Vec<String>,
    /// With an app that may not be installed: where.
    pub(super) place: Option<String>,
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self {
            code,
            scopes: None,
            messages: Vec::new(),
            place: None,
        }
    }
}

impl Refusal {
    pub(super) fn missing_scope<'a>(needed: &str, provided: impl IntoIterator<Item = &'a Scope>) -> Self {
        let provided: Vec<&str> = provided.into_iter().map(Scope::as_str).collect();
        Self {
            code: ErrorCode::MissingScope,
            scopes: Some((needed.to_owned(), provided.join(","))),
            messages: Vec::new(),
            place: None,
        }
    }

    /// A refusal that explains itself.
    pub(super) fn saying(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            messages: vec![message.into()],
            ..Self::from(code)
        }
    }

    /// `invalid_arguments`, because one is not there.
    pub(super) fn missing_field(name: &str) -> Self {
        Self::saying(
            ErrorCode::InvalidArguments,
            format!("[ERROR] missing required field: {name}"),
        )
    }

    fn body(&self) -> Value {
        let mut body = wire::failure(&self.code);
        if !self.messages.is_empty() {
            body["response_metadata"]["messages"] = json!(self.messages);
        }
        if let Some((needed, provided)) = &self.scopes {
            body["needed"] = json!(needed);
            body["provided"] = json!(provided);
        }
        if let Some(place) = &self.place {
            body["team_id"] = json!(place);
        }
        body
    }
}

/// An answer on its way out, with what the log wants to know.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Value,
    pub(super) error: Option<String>,
    /// Seconds, on 429.
    pub(super) retry_after: Option<u64>,
    /// The caller, where known.
    pub(super) app: Option<AppId>,
    pub(super) team: Option<TeamId>,
    /// `X-OAuth-Scopes`.
    pub(super) scopes: Option<String>,
    /// `X-Accepted-OAuth-Scopes`.
    pub(super) accepted: Option<String>,
}

impl Answer {
    fn new(body: Value) -> Self {
        Self {
            status: StatusCode::OK,
            body,
            error: None,
            retry_after: None,
            app: None,
            team: None,
            scopes: None,
            accepted: None,
        }
    }

    pub(super) fn ok(body: Value) -> Self {
        Self::new(body)
    }

    pub(super) fn refused(refusal: &Refusal) -> Self {
        Self {
            error: Some(refusal.code.to_string()),
            ..Self::new(refusal.body())
        }
    }

    pub(super) fn rate_limited(retry_after: u64) -> Self {
        let refused = Self::refused(&Refusal::from(ErrorCode::RateLimited));
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after: Some(retry_after),
            ..refused
        }
    }

    /// Adds `warning` and `response_metadata.warnings`.
    pub(super) fn warn(&mut self, warnings: &[&str]) {
        if warnings.is_empty() {
            return;
        }
        self.body["warning"] = json!(warnings.join(","));
        self.body["response_metadata"]["warnings"] = json!(warnings);
    }

    /// The text of the body, `ok` first and slashes escaped.
    pub(super) fn text(&self) -> String {
        let text = match &self.body {
            Value::Object(fields) if fields.contains_key("ok") && fields.len() > 1 => {
                let mut rest = fields.clone();
                let ok = rest.remove("ok");
                let rest = Value::Object(rest).to_string();
                format!("{{\"ok\":{},{}", ok.unwrap_or_default(), &rest[1..])
            }
            body => body.to_string(),
        };
        // A slash can stand inside a JSON string only.
        text.replace('/', "\\/")
    }

    pub(super) fn into_response(self, request_id: &str, body: Body) -> Response {
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        );
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("x-slack-req-id, retry-after"),
        );
        let mut put = |name: &'static str, value: Option<String>| {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        put("x-slack-req-id", Some(request_id.to_owned()));
        put("retry-after", self.retry_after.map(|seconds| seconds.to_string()));
        put("x-oauth-scopes", self.scopes);
        put("x-accepted-oauth-scopes", self.accepted);
        response
    }
}

/// A body that ends in the middle: the connection closes before the promised length is reached.
pub(super) fn half_of(text: &str) -> (Body, usize) {
    let half = Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2]);
    let frames = stream::unfold(Some(half), |half| async move {
        if let Some(half) = half {
            return Some((Ok(half), None));
        }
        // Long enough for the first half to leave.
        tokio::time::sleep(Duration::from_millis(50)).await;
        Some((Err("closed on purpose"), None))
    });
    (Body::from_stream(frames), text.len())
}

/// A body whose connection closes before anything is sent.
pub(super) fn nothing() -> Body {
    Body::from_stream(stream::once(async { Err::<Bytes, _>("closed on purpose") }))
}

/// A page where JSON was expected.
pub(super) fn html_page(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let page = "<!doctype html><title>Something went wrong</title><h1>Something went wrong</h1>";
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

/// A JSON answer of the control door.
pub(super) fn plain_json(status: StatusCode, body: &impl Serialize) -> Response {
    let text = serde_json::to_vec(body).unwrap_or_default();
    (
        status,
        [(header::CONTENT_TYPE, "application/json; charset=utf-8")],
        text,
    )
        .into_response()
}
