//! `POST /api/v1/rules/versions/{version}/agree`: puts a version in force. Administrators only.

use axum::extract::State;
use grantbook_core::view::{Problem, approvals::RulesView};

use super::actor;
use crate::{
    app::AppState,
    auth::Admin,
    error::ApiError,
    extract::{Json, Path},
};

/// Agrees to a version, which puts it in force and retires the one before it. People only; where the settings ask for a second person, somebody who neither wrote nor proposed it.
#[utoipa::path(
    post, path = "/rules/versions/{version}/agree", tag = "rules", params(("version" = u64, Path)),
    responses(
        (status = OK, body = RulesView),
        (status = FORBIDDEN, body = Problem, description = "`admin_only`, `people_only`, `second_person_required`"),
        (status = NOT_FOUND, body = Problem, description = "`rules_version_not_found`"),
        (status = CONFLICT, body = Problem, description = "`rules_changed`, `rules_state`"),
    )
)]
#[tracing::instrument(name = "api.rules.agree", skip_all, fields(rules.version = version))]
pub(crate) async fn agree(
    Admin(caller): Admin,
    State(state): State<AppState>,
    Path(version): Path<u64>,
) -> Result<Json<RulesView>, ApiError> {
    let name = caller.audit_name();
    Ok(Json(state.rules.agree(version, actor(&caller, &name)).await?))
}
