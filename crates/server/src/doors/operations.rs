//! `GET /healthz`, `GET /readyz`, `GET /metrics`: for those who run the console.

use axum::{Router, extract::State, response::IntoResponse, routing::get};
use grantbook_flows::sockets::SocketStatus;
use http::{HeaderValue, StatusCode, header};

use crate::{app::AppState, error::ApiError};

/// Their routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// The process runs and its database answers; how many Socket Mode connections it keeps, where there are any.
///
/// A connection that is missing does not make the process unready: no load balancer could mend that.
async fn ready(State(state): State<AppState>) -> Result<String, ApiError> {
    let not_ready = || {
        let detail = "The database does not answer. The console takes no requests until it does.";
        ApiError::client(StatusCode::SERVICE_UNAVAILABLE, "not_ready", detail).retry_after(5)
    };
    if state.lifecycle.stopping() {
        return Err(not_ready());
    }
    state.house.store.ping().await.map_err(|error| {
        tracing::warn!(error = crate::error::chain(&error), "the database does not answer");
        not_ready()
    })?;
    let sockets = state.house.sockets.all();
    if sockets.is_empty() {
        return Ok("ok".to_owned());
    }
    let count = |number: fn(&SocketStatus) -> u8| sockets.iter().map(|(_, app)| u32::from(number(app))).sum::<u32>();
    Ok(format!(
        "ok\nSocket Mode: {} connections open here, of {} that {} apps want over all processes",
        count(|app| app.open),
        count(|app| app.wanted),
        sockets.len()
    ))
}

/// Prometheus text.
async fn metrics(State(state): State<AppState>) -> impl IntoResponse {
    const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, TEXT)], state.metrics.render())
}
