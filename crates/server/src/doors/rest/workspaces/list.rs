//! `GET /api/v1/workspaces`: a page of them.

use axum::extract::State;
use grantbook_core::view::{Page, Problem, WorkspaceView};

use super::filter::Filter;
use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::paging::Paging,
    error::ApiError,
    extract::{Json, Query},
};

/// A page of workspaces.
#[utoipa::path(
    get, path = "/workspaces", tag = "workspaces", params(Filter, Paging),
    responses(
        (status = OK, body = Page<WorkspaceView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`, `invalid_limit`, `invalid_cursor`"),
    )
)]
pub(crate) async fn list(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<WorkspaceView>>, ApiError> {
    Ok(Json(state.browse.workspaces(&filter.into(), &paging.request()?).await?))
}
