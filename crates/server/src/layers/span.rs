//! A span around every request, with an id that the answer carries too.
//!
//! The span holds method and path, never the query string: `code` and `state` travel there.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::Request;
use http::{HeaderMap, HeaderName, HeaderValue};
use tracing::Span;

/// Names the request in the log; given by a proxy or made here.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id taken from a caller.
const MAX_LENGTH: usize = 64;
/// How many digits of the process's own name begin its ids.
const OWN_DIGITS: usize = 16;

/// Names for requests: the process's own, and a number.
#[derive(Debug)]
pub struct RequestIds {
    own: String,
    next: AtomicU64,
}

impl RequestIds {
    /// For a process with an id that is new every time.
    pub fn new(mut own: String) -> Self {
        own.truncate(OWN_DIGITS);
        Self {
            own,
            next: AtomicU64::new(1),
        }
    }

    fn next(&self) -> String {
        format!("{}{:016x}", self.own, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// The request's id: the caller's, or a new one.
pub(super) fn id(ids: &RequestIds, request: &Request) -> String {
    given(request).unwrap_or_else(|| ids.next())
}

/// The request's span.
pub(super) fn open(id: &str, request: &Request) -> Span {
    tracing::info_span!(
        "request",
        request.id = %id,
        http.method = %request.method(),
        http.path = request.uri().path(),
    )
}

/// Has the answer carry the id.
pub(super) fn name(id: String, headers: &mut HeaderMap) {
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert(REQUEST_ID, id);
    }
}

fn given(request: &Request) -> Option<String> {
    let id = request.headers().get(REQUEST_ID)?.to_str().ok()?;
    let fine = !id.is_empty()
        && id.len() <= MAX_LENGTH
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    fine.then(|| id.to_owned())
}
