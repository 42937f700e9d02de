//! `GET /api/v1/app-requests/summary`: counts over the queue, and how the reading of Slack's lists goes.

use axum::extract::State;
use grantbook_core::view::approvals::QueueSummary;

use crate::{app::AppState, auth::Viewer, error::ApiError, extract::Json};

/// Counts over the queue, and how the reading of Slack's lists goes.
#[utoipa::path(
    get, path = "/app-requests/summary", tag = "app-requests",
    responses((status = OK, body = QueueSummary))
)]
pub(crate) async fn summary(_viewer: Viewer, State(state): State<AppState>) -> Result<Json<QueueSummary>, ApiError> {
    Ok(Json(state.queue.summary().await.map_err(ApiError::internal)?))
}
