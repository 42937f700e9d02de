//! `POST /slack/{app}/commands`
//!
//! Somebody typed the app's slash command. Answered at once: with nothing, or with a message as JSON that Slack
//! shows in the conversation. Slack's certificate check (`ssl_check=1`) gets 200 and nothing else, signed or not.

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    response::{IntoResponse as _, Response},
};
use grantbook_core::AppSlug;
use grantbook_flows::commands::CommandReply;
use http::HeaderMap;

use super::{
    form::{self, Door},
    signed,
};
use crate::{
    app::AppState,
    error::ApiError,
    extract::{Json, Path},
};

/// Receives one command.
#[tracing::instrument(name = "slack.commands", skip_all, fields(app = %app))]
pub async fn receive(
    State(state): State<AppState>,
    Path(app): Path<AppSlug>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let commands = state.commands.clone();
    let door = Door {
        name: "commands",
        outcome,
    };
    let work = |body: Bytes| async move { commands.command(&app, signed::request(&headers, &body)).await };
    Ok(match door.take(&state, body, work).await? {
        CommandReply::SslCheck | CommandReply::Empty => form::nothing(),
        CommandReply::Message(message) => Json(message).into_response(),
    })
}

/// What became of a command, for metrics.
fn outcome(reply: &CommandReply) -> &'static str {
    match reply {
        CommandReply::SslCheck => "ssl_check",
        CommandReply::Empty => "nothing",
        CommandReply::Message(_) => "answered",
    }
}
