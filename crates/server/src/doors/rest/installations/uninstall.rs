//! `POST /api/v1/installations/{id}/uninstall`: takes the app out, with a reason. Administrators only.
//!
//! 202 when Slack agreed: the ledger learns of it by the events that follow. A caller that hangs up does not
//! cut this short.

use axum::extract::State;
use grantbook_core::{
    InstallationKey,
    view::{Problem, audit::UninstallWish},
};
use grantbook_flows::uninstall::UninstallError;
use http::StatusCode;
use tracing::Instrument as _;

use super::{not_found, token};
use crate::{
    app::AppState,
    auth::Admin,
    error::{self, ApiError},
    extract::{Json, Path},
};

/// Takes the app out. The reason is kept in the audit log.
#[utoipa::path(
    post, path = "/installations/{id}/uninstall", tag = "installations", params(("id" = InstallationKey, Path)),
    request_body = UninstallWish,
    responses(
        (status = ACCEPTED, description = "Slack agreed; the ledger follows with the events"),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`"),
        (
            status = CONFLICT, body = Problem,
            description = "`no_token`, `token_revoked`, `needs_reauthorization`, `refresh_exhausted`: take it out at Slack"
        ),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`reason_invalid`"),
        (status = BAD_GATEWAY, body = Problem, description = "`slack_refused`"),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "`refresh_busy`, `refresh_cooling_down`"),
    )
)]
#[tracing::instrument(name = "api.installations.uninstall", skip_all, fields(installation = %id))]
pub(crate) async fn uninstall(
    Admin(caller): Admin,
    State(state): State<AppState>,
    Path(id): Path<InstallationKey>,
    Json(wish): Json<UninstallWish>,
) -> Result<StatusCode, ApiError> {
    let flow = state.uninstall.clone();
    let work = async move { flow.run(&id, &wish.reason, &caller.audit_name()).await };
    let outcome = state.lifecycle.tasks.spawn(work.in_current_span()).await;
    match outcome.map_err(ApiError::internal)? {
        Ok(()) => {
            tracing::info!("Slack was asked to uninstall an app, and agreed");
            Ok(StatusCode::ACCEPTED)
        }
        Err(UninstallError::NotFound(key)) => Err(not_found(&key)),
        Err(error @ UninstallError::Reason) => Err(ApiError::client(
            StatusCode::UNPROCESSABLE_ENTITY,
            "reason_invalid",
            error,
        )),
        Err(UninstallError::Token(error)) => Err(token::problem(&error, state.house.clock.now())),
        Err(UninstallError::Slack(cause)) => {
            tracing::warn!(error = error::chain(&cause), "an app was not uninstalled");
            let detail = format!("Slack did not uninstall the app: {cause}.");
            Err(ApiError::client(StatusCode::BAD_GATEWAY, "slack_refused", detail))
        }
        Err(error @ UninstallError::Store(_)) => Err(ApiError::internal(error)),
    }
}
