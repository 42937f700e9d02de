//! `POST /api/v1/rules`: keeps rules as a new draft. Approvers and administrators.

use axum::extract::State;
use grantbook_core::view::{
    Problem,
    approvals::{RulesDraft, RulesView},
};
use http::StatusCode;

use super::actor;
use crate::{app::AppState, auth::Approver, error::ApiError, extract::Json};

/// Keeps rules as a new draft. A text that cannot be read or checked is refused whole, with line and reason.
#[utoipa::path(
    post, path = "/rules", tag = "rules", request_body = RulesDraft,
    responses(
        (status = CREATED, body = RulesView),
        (status = CONFLICT, body = Problem, description = "`rules_changed`: another version came into force"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`rules_refused`, `note_too_long`"),
    )
)]
#[tracing::instrument(name = "api.rules.save", skip_all)]
pub(crate) async fn save(
    Approver(caller): Approver,
    State(state): State<AppState>,
    Json(body): Json<RulesDraft>,
) -> Result<(StatusCode, Json<RulesView>), ApiError> {
    let name = caller.audit_name();
    let kept = state.rules.save(body, actor(&caller, &name)).await?;
    Ok((StatusCode::CREATED, Json(kept)))
}
