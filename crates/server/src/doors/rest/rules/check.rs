//! `POST /api/v1/rules/check`: looks at rules without keeping them. Changes nothing, so anybody signed in may.

use axum::extract::State;
use grantbook_core::view::{
    Problem,
    approvals::{RulesCheckView, RulesText},
};

use crate::{app::AppState, auth::Viewer, error::ApiError, extract::Json};

/// What there is to say about rules: what is wrong with the list as a whole, and what they change.
#[utoipa::path(
    post, path = "/rules/check", tag = "rules", request_body = RulesText,
    responses(
        (status = OK, body = RulesCheckView),
        (status = NOT_FOUND, body = Problem, description = "`rules_version_not_found`"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`rules_refused`, with line and reason"),
    )
)]
pub(crate) async fn check(
    _viewer: Viewer,
    State(state): State<AppState>,
    Json(body): Json<RulesText>,
) -> Result<Json<RulesCheckView>, ApiError> {
    Ok(Json(state.rules.check(body).await?))
}
