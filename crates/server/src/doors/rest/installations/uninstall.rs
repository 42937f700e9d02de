//! `POST /api/v1/installations/{id}/uninstall`: takes the app out, with a reason. Administrators only.
//! `GET` on the same address tells how far that has come.
//!
//! 202 when the wish is written down; Slack is asked right afterwards, and the ledger learns of it by the events
//! that follow. A caller that hangs up does not cut this short.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use grantbook_core::{
    InstallationKey,
    view::{Problem, UninstallView, audit::UninstallWish},
};
use grantbook_flows::uninstall::UninstallError;
use http::StatusCode;
use tracing::Instrument as _;

use super::{not_found, token};
use crate::{
    app::AppState,
    auth::{Admin, Viewer},
    error::ApiError,
    extract::{Json, Path},
};

/// Takes the app out. The reason is kept in the audit log.
#[utoipa::path(
    post, path = "/installations/{id}/uninstall", tag = "installations", params(("id" = InstallationKey, Path)),
    request_body = UninstallWish,
    responses(
        (status = ACCEPTED, body = UninstallView, description = "Written down; asked again while it is under way it is the same wish"),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`"),
        (
            status = CONFLICT, body = Problem,
            description = "`no_token`, `token_revoked`, `needs_reauthorization`, `refresh_exhausted`: take it out at Slack"
        ),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`reason_invalid`"),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "`refresh_busy`, `refresh_cooling_down`"),
    )
)]
#[tracing::instrument(name = "api.installations.uninstall", skip_all, fields(installation = %id))]
pub(crate) async fn uninstall(
    Admin(caller): Admin,
    State(state): State<AppState>,
    Path(id): Path<InstallationKey>,
    Json(wish): Json<UninstallWish>,
) -> Result<(StatusCode, Json<UninstallView>), ApiError> {
    let flow = state.uninstall.clone();
    let work = async move { flow.request(&id, &wish.reason, &caller.audit_name()).await };
    let outcome = state.lifecycle.tasks.spawn(work.in_current_span()).await;
    match outcome.map_err(ApiError::internal)? {
        Ok(view) => Ok((StatusCode::ACCEPTED, Json(view))),
        Err(error) => Err(problem(&state, error)),
    }
}

/// How far the latest uninstall has come.
#[utoipa::path(
    get, path = "/installations/{id}/uninstall", tag = "installations", params(("id" = InstallationKey, Path)),
    responses(
        (status = OK, body = UninstallView),
        (status = NO_CONTENT, description = "Nobody has asked for that here."),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`"),
    )
)]
pub(crate) async fn look(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path(id): Path<InstallationKey>,
) -> Result<Response, ApiError> {
    match state.uninstall.look(&id).await {
        Ok(view) => Ok(progress(view)),
        Err(error) => Err(problem(&state, error)),
    }
}

/// How far a wish has come; 204 where nobody had one.
pub(super) fn progress(view: Option<UninstallView>) -> Response {
    view.map_or_else(
        || StatusCode::NO_CONTENT.into_response(),
        |view| Json(view).into_response(),
    )
}

fn problem(state: &AppState, error: UninstallError) -> ApiError {
    match error {
        UninstallError::NotFound(key) => not_found(&key),
        UninstallError::Reason => ApiError::client(StatusCode::UNPROCESSABLE_ENTITY, "reason_invalid", error),
        UninstallError::Token(error) => token::problem(&error, state.house.clock.now()),
        UninstallError::Store(_) => ApiError::internal(error),
    }
}
