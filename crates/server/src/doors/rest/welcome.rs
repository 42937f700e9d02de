//! `GET /api/v1/welcome`: what the sign-in page must know. Public.

use axum::extract::State;
use grantbook_core::view::WelcomeView;

use crate::{app::AppState, error::ApiError, extract::Json, settings::VERSION};

/// What the sign-in page must know.
#[utoipa::path(get, path = "/welcome", tag = "session", security(()), responses((status = OK, body = WelcomeView)))]
pub(crate) async fn welcome(State(state): State<AppState>) -> Result<Json<WelcomeView>, ApiError> {
    let demo = state.settings.demo.is_some();
    // The demo needs nobody: its one button is enough.
    let needs_setup = !demo && state.accounts.needs_setup().await.map_err(ApiError::internal)?;
    Ok(Json(WelcomeView {
        needs_setup,
        demo,
        version: VERSION.to_owned(),
    }))
}
