//! The doors that Slack and people on their way from and to Slack use, per registered app.
//!
//! Public all of them: the events, interactions and commands doors believe a signature, the install doors a
//! single-use `state`.

mod answered;
pub mod callback;
pub mod commands;
mod cookie;
pub mod events;
mod form;
pub mod install;
pub mod interactions;
mod signed;

use axum::{
    Router,
    routing::{get, post},
};

use crate::app::AppState;

/// Doors that answer in time.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/slack/{app}/install", get(install::install))
        .route("/slack/{app}/events", post(events::receive))
        .route("/slack/{app}/interactions", post(interactions::receive))
        .route("/slack/{app}/commands", post(commands::receive))
}

/// Doors that wait for Slack, and must not be cut short once Slack has spent a code.
pub fn patient_router() -> Router<AppState> {
    Router::new().route("/slack/{app}/oauth/callback", get(callback::callback))
}
