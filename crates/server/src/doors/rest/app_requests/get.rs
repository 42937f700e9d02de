//! `GET /api/v1/app-requests/{id}`: one request with everything known about it.

use axum::extract::State;
use grantbook_core::view::{Problem, approvals::AppRequestDetail};

use super::not_found;
use crate::{
    app::AppState,
    auth::Viewer,
    error::ApiError,
    extract::{Json, Path},
};

/// One app request with its scopes, its risk, what the rules said, who else asks, and its story.
#[utoipa::path(
    get, path = "/app-requests/{id}", tag = "app-requests", params(("id" = i64, Path)),
    responses(
        (status = OK, body = AppRequestDetail),
        (status = NOT_FOUND, body = Problem, description = "`app_request_not_found`"),
    )
)]
pub(crate) async fn get(
    Viewer(caller): Viewer,
    State(state): State<AppState>,
    Path(id): Path<i64>,
) -> Result<Json<AppRequestDetail>, ApiError> {
    let detail = state.queue.detail(id, &caller.actor()).await;
    detail
        .map_err(ApiError::internal)?
        .map(Json)
        .ok_or_else(|| not_found(id))
}
