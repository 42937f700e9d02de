//! `GET /api/v1/org-apps`: a page of them, by name.

use axum::extract::State;
use grantbook_core::view::{Page, Problem, approvals::OrgAppView};

use super::filter::Filter;
use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::paging::Paging,
    error::ApiError,
    extract::{Json, Query},
};

/// A page of the apps of organizations, by name. Workspaces are counted, not listed.
#[utoipa::path(
    get, path = "/org-apps", tag = "org-apps", params(Filter, Paging),
    responses(
        (status = OK, body = Page<OrgAppView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`, `invalid_limit`, `invalid_cursor`"),
    )
)]
pub(crate) async fn list(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<OrgAppView>>, ApiError> {
    Ok(Json(state.org_apps.list(&filter.into(), &paging.request()?).await?))
}
