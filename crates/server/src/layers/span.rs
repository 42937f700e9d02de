//! A span around every request, with an id that the answer carries too.
//!
//! The span holds method and path, never the query string: `code` and `state` travel there.

use std::time::Instant;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue};
use tracing::Instrument as _;

use crate::app::AppState;

/// Names the request in the log; given by a proxy or made here.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id taken from a caller.
const MAX_LENGTH: usize = 64;

/// Opens the span, times the request and logs its end.
pub async fn open(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let id = given(&request).unwrap_or_else(|| state.house.ids.id());
    let span = tracing::info_span!(
        "request",
        request.id = %id,
        http.method = %request.method(),
        http.path = request.uri().path(),
    );
    let started = Instant::now();
    let mut response = async {
        let response = next.run(request).await;
        let took_ms = started.elapsed().as_secs_f64() * 1_000.0;
        tracing::debug!(http.status = response.status().as_u16(), took_ms, "answered");
        response
    }
    .instrument(span)
    .await;
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
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
