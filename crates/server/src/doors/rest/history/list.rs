//! `GET /api/v1/history`: a page of it.

use axum::extract::State;
use grantbook_core::view::{EntryView, Page, Problem};

use super::filter::Filter;
use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::paging::Paging,
    error::ApiError,
    extract::{Json, Query},
};

/// A page of the history.
#[utoipa::path(
    get, path = "/history", tag = "history", params(Filter, Paging),
    responses(
        (status = OK, body = Page<EntryView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`, `invalid_limit`, `invalid_cursor`"),
    )
)]
pub(crate) async fn list(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<EntryView>>, ApiError> {
    Ok(Json(
        state.browse.history(&filter.try_into()?, &paging.request()?).await?,
    ))
}
