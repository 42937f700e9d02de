//! `POST /api/v1/session`: signs in. Public, and limited per name and per client address.

use axum::extract::State;
use axum_extra::extract::cookie::CookieJar;
use grantbook_core::view::{Problem, SessionView, SignIn};
use grantbook_flows::accounts::SignInError;
use http::StatusCode;

use super::begun;
use crate::{app::AppState, auth::ClientAddress, error::ApiError, extract::Json, telemetry::names};

/// Signs in.
#[utoipa::path(
    post, path = "/session", tag = "session", security(()), request_body = SignIn,
    responses(
        (status = OK, body = SessionView),
        (status = UNAUTHORIZED, body = Problem, description = "`wrong_name_or_password`"),
        (status = TOO_MANY_REQUESTS, body = Problem, description = "`too_many_attempts`, with `Retry-After`"),
    )
)]
#[tracing::instrument(name = "api.session.sign_in", skip_all)]
pub(crate) async fn sign_in(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    Json(body): Json<SignIn>,
) -> Result<(CookieJar, Json<SessionView>), ApiError> {
    state.limits.count(&body.name, address)?;
    let session = state.accounts.sign_in(&body.name, body.password.into()).await;
    let outcome = if session.is_ok() { "signed_in" } else { "refused" };
    metrics::counter!(names::SIGN_INS, "outcome" => outcome).increment(1);
    Ok(begun(&state.settings, session?))
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => Self::client(
                StatusCode::UNAUTHORIZED,
                "wrong_name_or_password",
                "Name or password is wrong.",
            ),
            SignInError::Password(_) | SignInError::Store(_) => Self::internal(error),
        }
    }
}
