//! `POST /api/v1/installations/{id}/tokens/{holder}/revoke`: ends one token, with a reason. Administrators only.
//! `GET` on the same address tells how far that has come.
//!
//! 202 when the wish is written down; Slack is asked right afterwards.

use axum::{extract::State, response::Response};
use grantbook_core::{
    InstallationKey,
    view::{Problem, UninstallView, audit::UninstallWish},
};
use grantbook_flows::revoke::RevokeError;
use grantbook_store::tokens::Holder;
use http::StatusCode;
use tracing::Instrument as _;

use super::{not_found, uninstall};
use crate::{
    app::AppState,
    auth::{Admin, Viewer},
    error::ApiError,
    extract::{Json, Path},
};

/// Ends the token of `app`, or of a person by their id. The reason is kept in the audit log.
#[utoipa::path(
    post, path = "/installations/{id}/tokens/{holder}/revoke", tag = "installations",
    params(("id" = InstallationKey, Path), ("holder" = String, Path, description = "`app`, or a person's id")),
    request_body = UninstallWish,
    responses(
        (status = ACCEPTED, body = UninstallView, description = "Written down; asked again while it is under way it is the same wish"),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`, `not_found`"),
        (status = CONFLICT, body = Problem, description = "`no_token`, `token_revoked`"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`reason_invalid`"),
    )
)]
#[tracing::instrument(name = "api.installations.revoke_token", skip_all, fields(installation = %id, token.holder = %holder))]
pub(crate) async fn revoke(
    Admin(caller): Admin,
    State(state): State<AppState>,
    Path((id, holder)): Path<(InstallationKey, String)>,
    Json(wish): Json<UninstallWish>,
) -> Result<(StatusCode, Json<UninstallView>), ApiError> {
    let holder = whose(&holder)?;
    let flow = state.revoke.clone();
    let work = async move { flow.request(&id, &holder, &wish.reason, &caller.audit_name()).await };
    let outcome = state.lifecycle.tasks.spawn(work.in_current_span()).await;
    match outcome.map_err(ApiError::internal)? {
        Ok(view) => Ok((StatusCode::ACCEPTED, Json(view))),
        Err(error) => Err(problem(error)),
    }
}

/// How far the latest revocation of this token has come.
#[utoipa::path(
    get, path = "/installations/{id}/tokens/{holder}/revoke", tag = "installations",
    params(("id" = InstallationKey, Path), ("holder" = String, Path, description = "`app`, or a person's id")),
    responses(
        (status = OK, body = UninstallView),
        (status = NO_CONTENT, description = "Nobody has asked for that here."),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`, `not_found`"),
    )
)]
pub(crate) async fn look(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path((id, holder)): Path<(InstallationKey, String)>,
) -> Result<Response, ApiError> {
    let holder = whose(&holder)?;
    match state.revoke.look(&id, &holder).await {
        Ok(view) => Ok(uninstall::progress(view)),
        Err(error) => Err(problem(error)),
    }
}

/// What cannot be a holder holds nothing.
fn whose(text: &str) -> Result<Holder, ApiError> {
    let nobody = |_| {
        ApiError::not_found(
            "not_found",
            "A token is held by app, or by a person with an id as U061F7AUR.",
        )
    };
    text.parse().map_err(nobody)
}

fn problem(error: RevokeError) -> ApiError {
    match &error {
        RevokeError::NotFound(key) => not_found(key),
        RevokeError::Reason => ApiError::client(StatusCode::UNPROCESSABLE_ENTITY, "reason_invalid", error),
        RevokeError::NoToken { .. } => ApiError::client(StatusCode::CONFLICT, "no_token", error),
        RevokeError::Revoked { .. } => ApiError::client(StatusCode::CONFLICT, "token_revoked", error),
        RevokeError::Store(_) => ApiError::internal(error),
    }
}
