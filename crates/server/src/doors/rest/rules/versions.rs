//! `GET /api/v1/rules/versions`: the versions of the rules.

use axum::extract::State;
use grantbook_core::view::{Page, Problem, approvals::RulesVersionView};

use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::paging::Paging,
    error::ApiError,
    extract::{Json, Query},
};

/// The versions of the rules, newest first.
#[utoipa::path(
    get, path = "/rules/versions", tag = "rules", params(Paging),
    responses(
        (status = OK, body = Page<RulesVersionView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_limit`, `invalid_cursor`"),
    )
)]
pub(crate) async fn list(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<RulesVersionView>>, ApiError> {
    Ok(Json(state.rules.versions(&paging.request()?).await?))
}
