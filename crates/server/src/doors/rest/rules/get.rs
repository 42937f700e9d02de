//! `GET /api/v1/rules`: the rules in force.

use axum::extract::State;
use grantbook_core::view::approvals::RulesView;

use crate::{app::AppState, auth::Viewer, error::ApiError, extract::Json};

/// The rules in force, with how often each decided in the last 90 days; version 0 before the first, with none.
#[utoipa::path(get, path = "/rules", tag = "rules", responses((status = OK, body = RulesView)))]
pub(crate) async fn get(_viewer: Viewer, State(state): State<AppState>) -> Result<Json<RulesView>, ApiError> {
    Ok(Json(state.rules.in_force().await?))
}
