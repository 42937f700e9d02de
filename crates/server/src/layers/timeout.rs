//! No request takes for ever. The live stream, which does, is not behind this.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::StatusCode;

use crate::{app::AppState, error::ApiError};

/// Gives the request its time.
pub async fn limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(state.settings.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => {
            tracing::warn!("a request took too long and was given up");
            ApiError::client(
                StatusCode::SERVICE_UNAVAILABLE,
                "timed_out",
                "This took too long. Try again later.",
            )
            .retry_after(5)
            .into_response()
        }
    }
}
