//! `POST /api/v1/permission-requests/preview`: what a draft would do. Changes nothing, so anybody signed in may.

use axum::extract::State;
use grantbook_core::view::{
    Problem,
    requests::{NewRequest, PreviewView},
};

use crate::{app::AppState, auth::Viewer, error::ApiError, extract::Json};

/// What a draft would do: its mistakes, what it would newly reach, the message, and whether it may be sent now.
#[utoipa::path(
    post, path = "/permission-requests/preview", tag = "permission-requests", request_body = NewRequest,
    responses(
        (status = OK, body = PreviewView),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`"),
    )
)]
pub(crate) async fn preview(
    _viewer: Viewer,
    State(state): State<AppState>,
    Json(body): Json<NewRequest>,
) -> Result<Json<PreviewView>, ApiError> {
    Ok(Json(state.requests.preview(&body).await?))
}
