//! `POST /hooks/{actions|commands}/{team}/{id}/{secret}`: where an app replies to a press or a command.
//!
//! What Slack calls a `response_url`: no token, JSON, five times within thirty minutes. Answers are plain
//! text: `ok`, or `expired_url` and `used_url` with 404, `invalid_payload` and `no_text` with 400.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use http::StatusCode;

use crate::{slack::Slack, state::HookFault};

pub(super) async fn reply(
    State(slack): State<Arc<Slack>>,
    Path((kind, team, id, secret)): Path<(String, String, String, String)>,
    body: Bytes,
) -> Response {
    let replied = id.parse().map_err(|_| HookFault::Expired).and_then(|id| {
        slack.change(|world, moment| {
            let replied = world.reply_by_url(moment, (&kind, &team, id, &secret), &body);
            (replied, Vec::new())
        })
    });
    let Err(fault) = replied else {
        return "ok".into_response();
    };
    let status = match fault {
        HookFault::Expired | HookFault::Used => StatusCode::NOT_FOUND,
        HookFault::InvalidPayload | HookFault::NoText => StatusCode::BAD_REQUEST,
    };
    (status, fault.as_str()).into_response()
}
