//! `GET /api/v1/drift`: differences, newest first, each with its likely cause and what mends it.

use axum::extract::State;
use grantbook_core::view::{Page, Problem, drift::DriftView};

use super::filter::Filter;
use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::paging::Paging,
    error::ApiError,
    extract::{Json, Query},
};

/// Differences between what apps declare, the ledger and Slack, newest first.
#[utoipa::path(
    get, path = "/drift", tag = "drift", params(Filter, Paging),
    responses(
        (status = OK, body = Page<DriftView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`, `invalid_limit`, `invalid_cursor`"),
    )
)]
pub(crate) async fn list(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<DriftView>>, ApiError> {
    Ok(Json(state.drift.list(&filter.into(), &paging.request()?).await?))
}
