//! `POST /api/v1/app-alarms/{id}/accept`: what Slack shows is right. Approvers and administrators only.

use axum::extract::State;
use grantbook_core::view::{Problem, approvals::AlarmView};

use super::problem;
use crate::{
    app::AppState,
    auth::Approver,
    error::ApiError,
    extract::{Json, Path},
};

/// Takes what Slack shows for right: a change made elsewhere is an alarm no more.
#[utoipa::path(
    post, path = "/app-alarms/{alarm}/accept", tag = "org-apps", params(("alarm" = i64, Path)),
    responses(
        (status = OK, body = AlarmView),
        (status = NOT_FOUND, body = Problem, description = "`alarm_not_found`"),
        (status = CONFLICT, body = Problem, description = "`alarm_not_accepted`: it ends when what it is about does"),
    )
)]
#[tracing::instrument(name = "api.app_alarms.accept", skip_all, fields(alarm = id))]
pub(crate) async fn accept(
    Approver(caller): Approver,
    State(state): State<AppState>,
    Path(id): Path<i64>,
) -> Result<Json<AlarmView>, ApiError> {
    let accepted = state.org_apps.accept(id, &caller.audit_name()).await;
    accepted.map(Json).map_err(problem)
}
