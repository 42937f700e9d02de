//! `GET /api/v1/rules/versions/{version}`: one version, with its rules.

use axum::extract::State;
use grantbook_core::view::{Problem, approvals::RulesView};

use crate::{
    app::AppState,
    auth::Viewer,
    error::ApiError,
    extract::{Json, Path},
};

/// One version of the rules, with what it changes.
#[utoipa::path(
    get, path = "/rules/versions/{version}", tag = "rules", params(("version" = u64, Path)),
    responses(
        (status = OK, body = RulesView),
        (status = NOT_FOUND, body = Problem, description = "`rules_version_not_found`"),
    )
)]
pub(crate) async fn get(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path(version): Path<u64>,
) -> Result<Json<RulesView>, ApiError> {
    Ok(Json(state.rules.version(version).await?))
}
