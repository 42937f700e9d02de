//! What every request passes, in one layer, since each costs something: a span with an id, the host's name, the
//! headers of the answer.

use std::time::Instant;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tracing::Instrument as _;

use super::{headers, host, span};
use crate::app::AppState;

/// Opens the span, lets pass who asks for a name of this console, and completes the answer.
pub async fn pass(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let id = span::id(&state.request_ids, &request);
    let started = Instant::now();
    let span = span::open(&id, &request);
    let mut response = async {
        let response = if host::is_ours(&state.settings, &request) {
            next.run(request).await
        } else {
            host::refusal()
        };
        let took_ms = started.elapsed().as_secs_f64() * 1_000.0;
        tracing::debug!(http.status = response.status().as_u16(), took_ms, "answered");
        response
    }
    .instrument(span)
    .await;
    headers::add(&state.settings, response.headers_mut());
    span::name(id, response.headers_mut());
    response
}
