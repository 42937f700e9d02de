//! `GET /api/v1/drift/summary`: how much is open, and how far ledger and Slack were compared.

use axum::extract::State;
use grantbook_core::view::drift::DriftSummary;

use crate::{app::AppState, auth::Viewer, error::ApiError, extract::Json};

/// How much is open, and how far ledger and Slack were compared.
#[utoipa::path(get, path = "/drift/summary", tag = "drift", responses((status = OK, body = DriftSummary)))]
pub(crate) async fn summary(_viewer: Viewer, State(state): State<AppState>) -> Result<Json<DriftSummary>, ApiError> {
    Ok(Json(state.drift.summary().await.map_err(ApiError::internal)?))
}
