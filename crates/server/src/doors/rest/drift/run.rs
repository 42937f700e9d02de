//! `POST /api/v1/drift/run`: compares every installation with Slack. Administrators only.
//! `GET` on the same address tells how far that has come.
//!
//! 202 when it is written down. Whoever keeps the schedule does the work, on any replica; asked for again while it
//! goes on, it is the same run.

use axum::extract::State;
use grantbook_core::view::drift::DriftRunView;
use http::StatusCode;

use crate::{
    app::AppState,
    auth::{Admin, Viewer},
    error::ApiError,
    extract::Json,
};

/// Compares every installation with Slack.
#[utoipa::path(
    post, path = "/drift/run", tag = "drift",
    responses((status = ACCEPTED, body = DriftRunView, description = "It goes on in the background"))
)]
#[tracing::instrument(name = "api.drift.run", skip_all)]
pub(crate) async fn start(
    Admin(caller): Admin,
    State(state): State<AppState>,
) -> Result<(StatusCode, Json<DriftRunView>), ApiError> {
    let run = state.drift.start_run(&caller.audit_name()).await;
    Ok((StatusCode::ACCEPTED, Json(run.map_err(ApiError::internal)?)))
}

/// How far the newest run has come.
#[utoipa::path(get, path = "/drift/run", tag = "drift", responses((status = OK, body = DriftRunView)))]
pub(crate) async fn look(_viewer: Viewer, State(state): State<AppState>) -> Result<Json<DriftRunView>, ApiError> {
    Ok(Json(state.drift.run().await.map_err(ApiError::internal)?))
}
