//! `POST /api/v1/rules/versions/{version}/shadow`: tries a version beside the one in force, or stops that.

use axum::extract::State;
use grantbook_core::view::{
    Problem,
    approvals::{RulesView, ShadowWish},
};

use super::actor;
use crate::{
    app::AppState,
    auth::Approver,
    error::ApiError,
    extract::{Json, Path},
};

/// Runs a draft or a proposal in shadow: it is asked about every new request and decides none. One version at a
/// time: another one's trial ends.
#[utoipa::path(
    post, path = "/rules/versions/{version}/shadow", tag = "rules", params(("version" = u64, Path)),
    request_body = ShadowWish,
    responses(
        (status = OK, body = RulesView),
        (status = NOT_FOUND, body = Problem, description = "`rules_version_not_found`"),
        (status = CONFLICT, body = Problem, description = "`rules_state`"),
    )
)]
#[tracing::instrument(name = "api.rules.shadow", skip_all, fields(rules.version = version, on = body.on))]
pub(crate) async fn shadow(
    Approver(caller): Approver,
    State(state): State<AppState>,
    Path(version): Path<u64>,
    Json(body): Json<ShadowWish>,
) -> Result<Json<RulesView>, ApiError> {
    let name = caller.audit_name();
    let by = actor(&caller, &name);
    Ok(Json(state.rules.shadow(version, body.on, by).await?))
}
