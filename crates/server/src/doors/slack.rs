//! The doors that Slack and people on their way from and to Slack use, per registered app.
//!
//! Public all of them: the events door believes a signature, the install doors a single-use `state`.

pub mod callback;
mod cookie;
pub mod events;
pub mod install;

use axum::{
    Router,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};

use crate::{app::AppState, error::ApiError};

/// Doors that answer in time.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/slack/{app}/install", get(install::install))
        .route("/slack/{app}/events", post(events::receive))
        .route("/slack/{app}/interactions", post(not_here))
        .route("/slack/{app}/commands", post(not_here))
}

/// Doors that wait for Slack, and must not be cut short once Slack has spent a code.
pub fn patient_router() -> Router<AppState> {
    Router::new().route("/slack/{app}/oauth/callback", get(callback::callback))
}

async fn not_here() -> Response {
    ApiError::not_found("not_found", "This console does not take interactions or commands.").into_response()
}
