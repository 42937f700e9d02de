//! `POST /api/v1/rules/versions/{version}/discard`: gives a version up.

use axum::extract::State;
use grantbook_core::view::{Problem, approvals::RulesView};

use super::actor;
use crate::{
    app::AppState,
    auth::Approver,
    error::ApiError,
    extract::{Json, Path},
};

/// Gives up a draft or a proposal: one's own, or anybody's by an administrator.
#[utoipa::path(
    post, path = "/rules/versions/{version}/discard", tag = "rules", params(("version" = u64, Path)),
    responses(
        (status = OK, body = RulesView),
        (status = FORBIDDEN, body = Problem, description = "`not_your_draft`"),
        (status = NOT_FOUND, body = Problem, description = "`rules_version_not_found`"),
        (status = CONFLICT, body = Problem, description = "`rules_state`"),
    )
)]
#[tracing::instrument(name = "api.rules.discard", skip_all, fields(rules.version = version))]
pub(crate) async fn discard(
    Approver(caller): Approver,
    State(state): State<AppState>,
    Path(version): Path<u64>,
) -> Result<Json<RulesView>, ApiError> {
    let name = caller.audit_name();
    Ok(Json(state.rules.discard(version, actor(&caller, &name)).await?))
}
