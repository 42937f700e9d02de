//! `DELETE /api/v1/session`: signs out.

use axum::extract::State;
use axum_extra::extract::cookie::CookieJar;
use grantbook_core::view::Problem;
use http::{HeaderMap, StatusCode};

use crate::{
    app::AppState,
    auth::{SignedIn, cookie},
    error::ApiError,
};

/// Signs out.
#[utoipa::path(
    delete, path = "/session", tag = "session", security(("session" = [])),
    responses((status = NO_CONTENT), (status = UNAUTHORIZED, body = Problem, description = "`not_signed_in`"))
)]
pub(crate) async fn sign_out(
    _person: SignedIn,
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<(CookieJar, StatusCode), ApiError> {
    if let Some(secret) = cookie::read(&state.settings, &headers) {
        state.accounts.sign_out(&secret).await.map_err(ApiError::internal)?;
    }
    Ok((
        CookieJar::new().add(cookie::clear(&state.settings)),
        StatusCode::NO_CONTENT,
    ))
}
