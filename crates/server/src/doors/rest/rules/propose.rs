//! `POST /api/v1/rules/versions/{version}/propose`: asks a second person for agreement.

use axum::extract::State;
use grantbook_core::view::{Problem, approvals::RulesView};

use super::actor;
use crate::{
    app::AppState,
    auth::Approver,
    error::ApiError,
    extract::{Json, Path},
};

/// Asks for a second person's agreement to a draft. People only: an API key may draft.
#[utoipa::path(
    post, path = "/rules/versions/{version}/propose", tag = "rules", params(("version" = u64, Path)),
    responses(
        (status = OK, body = RulesView),
        (status = FORBIDDEN, body = Problem, description = "`people_only`"),
        (status = NOT_FOUND, body = Problem, description = "`rules_version_not_found`"),
        (status = CONFLICT, body = Problem, description = "`rules_changed`, `rules_state`"),
    )
)]
#[tracing::instrument(name = "api.rules.propose", skip_all, fields(rules.version = version))]
pub(crate) async fn propose(
    Approver(caller): Approver,
    State(state): State<AppState>,
    Path(version): Path<u64>,
) -> Result<Json<RulesView>, ApiError> {
    let name = caller.audit_name();
    Ok(Json(state.rules.propose(version, actor(&caller, &name)).await?))
}
