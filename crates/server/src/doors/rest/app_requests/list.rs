//! `GET /api/v1/app-requests`: a page of the queue.

use axum::extract::State;
use grantbook_core::view::{Page, Problem, approvals::AppRequestView};

use super::filter::Filter;
use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::paging::Paging,
    error::ApiError,
    extract::{Json, Query},
};

/// A page of app requests.
#[utoipa::path(
    get, path = "/app-requests", tag = "app-requests", params(Filter, Paging),
    responses(
        (status = OK, body = Page<AppRequestView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`, `invalid_limit`, `invalid_cursor`"),
    )
)]
pub(crate) async fn list(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<AppRequestView>>, ApiError> {
    let (filter, sort) = filter.read()?;
    Ok(Json(state.queue.list(&filter, sort, &paging.request()?).await?))
}
