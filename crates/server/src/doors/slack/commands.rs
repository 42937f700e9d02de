//! `POST /slack/{app}/commands`
//!
//! Somebody typed the app's slash command. Answered at once: with nothing, or with a message as JSON that Slack
//! shows in the conversation. Slack's certificate check (`ssl_check=1`) gets 200 and nothing else, signed or not.

use std::time::Instant;

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    response::{IntoResponse as _, Response},
};
use grantbook_core::AppSlug;
use grantbook_flows::commands::CommandReply;
use http::{HeaderMap, StatusCode};
use tracing::Instrument as _;

use super::{interactions::count, signed};
use crate::{
    app::AppState,
    error::ApiError,
    extract::{Json, Path},
};

/// The door's name among metrics.
const DOOR: &str = "commands";

/// Receives one command.
#[tracing::instrument(name = "slack.commands", skip_all, fields(app = %app))]
pub async fn receive(
    State(state): State<AppState>,
    Path(app): Path<AppSlug>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let body = signed::whole(body)?;
    let started = Instant::now();
    let commands = state.commands.clone();
    // The command may spend a trigger: a caller that hangs up does not cut that short.
    let work = async move { commands.command(&app, signed::request(&headers, &body)).await };
    let reply = state
        .lifecycle
        .tasks
        .spawn(work.in_current_span())
        .await
        .map_err(ApiError::internal)?;
    count(DOOR, reply.as_ref().map(name), started);
    Ok(match reply? {
        CommandReply::SslCheck | CommandReply::Empty => StatusCode::OK.into_response(),
        CommandReply::Message(message) => Json(message).into_response(),
    })
}

/// What became of a command, for metrics.
fn name(reply: &CommandReply) -> &'static str {
    match reply {
        CommandReply::SslCheck => "ssl_check",
        CommandReply::Empty => "nothing",
        CommandReply::Message(_) => "answered",
    }
}
