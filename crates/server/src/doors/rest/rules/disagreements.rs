//! `GET /api/v1/rules/disagreements`: where the version in shadow says something else.

use axum::extract::State;
use grantbook_core::view::{Page, Problem, approvals::DisagreementView};
use serde::Deserialize;

use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::{paging::Paging, params::blank},
    error::ApiError,
    extract::{Json, Query},
};

/// Of which version.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// The version; the one in shadow now where absent.
    #[serde(default, deserialize_with = "blank")]
    version: Option<u64>,
}

/// Requests on which a version in shadow disagreed with the one in force, newest first.
#[utoipa::path(
    get, path = "/rules/disagreements", tag = "rules", params(Filter, Paging),
    responses(
        (status = OK, body = Page<DisagreementView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`, `invalid_limit`, `invalid_cursor`"),
        (status = NOT_FOUND, body = Problem, description = "`rules_version_not_found`"),
    )
)]
pub(crate) async fn list(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<DisagreementView>>, ApiError> {
    let page = state.rules.disagreements(filter.version, &paging.request()?).await?;
    Ok(Json(page))
}
