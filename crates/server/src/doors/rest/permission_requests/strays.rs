//! `GET /api/v1/permission-requests/strays`: presses and commands that belong to no request, newest first.

use axum::extract::State;
use grantbook_core::view::{Page, Problem, requests::StrayView};

use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::paging::Paging,
    error::ApiError,
    extract::{Json, Query},
};

/// Presses and commands that belong to no request.
#[utoipa::path(
    get, path = "/permission-requests/strays", tag = "permission-requests", params(Paging),
    responses(
        (status = OK, body = Page<StrayView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_limit`, `invalid_cursor`"),
    )
)]
pub(crate) async fn strays(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<StrayView>>, ApiError> {
    Ok(Json(state.requests.strays(&paging.request()?).await?))
}
