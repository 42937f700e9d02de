//! `GET /api/v1/permission-requests`: a page of them, the latest change first.

use axum::extract::State;
use grantbook_core::view::{Page, Problem, requests::RequestView};

use super::filter::Filter;
use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::paging::Paging,
    error::ApiError,
    extract::{Json, Query},
};

/// A page of the requests, the latest change first.
#[utoipa::path(
    get, path = "/permission-requests", tag = "permission-requests", params(Filter, Paging),
    responses(
        (status = OK, body = Page<RequestView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`, `invalid_limit`, `invalid_cursor`"),
    )
)]
pub(crate) async fn list(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<RequestView>>, ApiError> {
    Ok(Json(state.requests.list(&filter.into(), &paging.request()?).await?))
}
