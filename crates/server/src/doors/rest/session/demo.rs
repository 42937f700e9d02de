//! `POST /api/v1/session/demo`: signs in with one click. Public, and there in the demo only.

use axum::extract::State;
use axum_extra::extract::cookie::CookieJar;
use grantbook_core::view::{Problem, SessionView};

use super::begun;
use crate::{app::AppState, error::ApiError, extract::Json};

/// Signs in without a password; 404 outside the demo.
#[utoipa::path(
    post, path = "/session/demo", tag = "session", security(()),
    responses((status = OK, body = SessionView), (status = NOT_FOUND, body = Problem, description = "not the demo"))
)]
pub(crate) async fn demo(State(state): State<AppState>) -> Result<(CookieJar, Json<SessionView>), ApiError> {
    if state.settings.demo.is_none() {
        return Err(ApiError::not_found("not_found", "This console is not a demo."));
    }
    let session = state.accounts.demo_sign_in().await.map_err(ApiError::internal)?;
    Ok(begun(&state.settings, session))
}
