//! `POST /api/v1/setup`: makes the first administrator, with the one-time link. Public.

use axum::extract::State;
use axum_extra::extract::cookie::CookieJar;
use grantbook_core::view::{Problem, SessionView, SetUp};
use grantbook_flows::accounts::{AccountError, SetUpError};
use http::StatusCode;

use super::session::begun;
use crate::{app::AppState, auth::ClientAddress, error::ApiError, extract::Json};

/// Makes the first administrator and signs them in.
#[utoipa::path(
    post, path = "/setup", tag = "session", security(()), request_body = SetUp,
    responses(
        (status = OK, body = SessionView),
        (status = FORBIDDEN, body = Problem, description = "`setup_link_invalid`"),
        (status = CONFLICT, body = Problem, description = "`already_set_up`"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`password_too_short`, `name_invalid`"),
        (status = TOO_MANY_REQUESTS, body = Problem, description = "`too_many_attempts`"),
    )
)]
#[tracing::instrument(name = "api.setup", skip_all)]
pub(crate) async fn set_up(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    Json(body): Json<SetUp>,
) -> Result<(CookieJar, Json<SessionView>), ApiError> {
    state.limits.count_address(address)?;
    let session = state
        .accounts
        .set_up(&body.token.into(), &body.name, body.password.into())
        .await?;
    tracing::info!("the first administrator was made");
    Ok(begun(&state.settings, session))
}

impl From<SetUpError> for ApiError {
    fn from(error: SetUpError) -> Self {
        match error {
            SetUpError::AlreadySetUp => Self::client(StatusCode::CONFLICT, "already_set_up", error),
            SetUpError::LinkInvalid => Self::client(StatusCode::FORBIDDEN, "setup_link_invalid", error),
            SetUpError::Account(error) => error.into(),
        }
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Name => Self::client(StatusCode::UNPROCESSABLE_ENTITY, "name_invalid", error),
            AccountError::PasswordTooShort => {
                Self::client(StatusCode::UNPROCESSABLE_ENTITY, "password_too_short", error)
            }
            AccountError::NameTaken => Self::client(StatusCode::CONFLICT, "name_taken", error),
            AccountError::SlackUserTaken => Self::client(StatusCode::CONFLICT, "slack_user_taken", error),
            AccountError::Missing => Self::client(StatusCode::NOT_FOUND, "account_not_found", error),
            AccountError::Password(_) | AccountError::Store(_) => Self::internal(error),
        }
    }
}
