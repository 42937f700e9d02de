//! `GET /api/v1/installations/{id}/history`: its ledger, newest first.

use axum::extract::State;
use grantbook_core::{
    InstallationKey,
    view::{EntryView, Page, Problem},
};
use grantbook_store::queries::history::HistoryFilter;

use super::not_found;
use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::{history::filter::Filter, paging::Paging},
    error::ApiError,
    extract::{Json, Path, Query},
};

/// A page of its ledger.
#[utoipa::path(
    get, path = "/installations/{id}/history", tag = "history",
    params(("id" = InstallationKey, Path), Filter, Paging),
    responses(
        (status = OK, body = Page<EntryView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`, `invalid_limit`, `invalid_cursor`"),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`"),
    )
)]
pub(crate) async fn history(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path(id): Path<InstallationKey>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<EntryView>>, ApiError> {
    let filter = HistoryFilter {
        installation: Some(id.clone()),
        ..filter.try_into()?
    };
    let page = state.browse.history(&filter, &paging.request()?).await?;
    if page.items.is_empty()
        && state
            .browse
            .installation(&id)
            .await
            .map_err(ApiError::internal)?
            .is_none()
    {
        return Err(not_found(&id));
    }
    Ok(Json(page))
}
