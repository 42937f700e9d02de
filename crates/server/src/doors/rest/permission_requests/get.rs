//! `GET /api/v1/permission-requests/{id}`: one request's story.

use axum::extract::State;
use grantbook_core::{
    request::RequestId,
    view::{Problem, requests::RequestStory},
};

use super::not_found;
use crate::{
    app::AppState,
    auth::Viewer,
    error::ApiError,
    extract::{Json, Path},
};

/// One request with all that happened to it.
#[utoipa::path(
    get, path = "/permission-requests/{id}", tag = "permission-requests", params(("id" = RequestId, Path)),
    responses(
        (status = OK, body = RequestStory),
        (status = NOT_FOUND, body = Problem, description = "`request_not_found`"),
    )
)]
pub(crate) async fn get(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path(id): Path<RequestId>,
) -> Result<Json<RequestStory>, ApiError> {
    let story = state.requests.story(id).await.map_err(ApiError::internal)?;
    story.map(Json).ok_or_else(|| not_found(id))
}
