//! `PUT /api/v1/rules/versions/{version}`: puts other rules into a draft of one's own.

use axum::extract::State;
use grantbook_core::view::{
    Problem,
    approvals::{RulesDraft, RulesView},
};

use super::actor;
use crate::{
    app::AppState,
    auth::Approver,
    error::ApiError,
    extract::{Json, Path},
};

/// Puts other rules into a draft of one's own. What was compared with it in shadow counts no more.
#[utoipa::path(
    put, path = "/rules/versions/{version}", tag = "rules", params(("version" = u64, Path)),
    request_body = RulesDraft,
    responses(
        (status = OK, body = RulesView),
        (status = FORBIDDEN, body = Problem, description = "`not_your_draft`"),
        (status = NOT_FOUND, body = Problem, description = "`rules_version_not_found`"),
        (status = CONFLICT, body = Problem, description = "`rules_changed`, `rules_state`, `rules_in_shadow`"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`rules_refused`, `note_too_long`"),
    )
)]
#[tracing::instrument(name = "api.rules.rewrite", skip_all, fields(rules.version = version))]
pub(crate) async fn rewrite(
    Approver(caller): Approver,
    State(state): State<AppState>,
    Path(version): Path<u64>,
    Json(body): Json<RulesDraft>,
) -> Result<Json<RulesView>, ApiError> {
    let name = caller.audit_name();
    Ok(Json(state.rules.rewrite(version, body, actor(&caller, &name)).await?))
}
