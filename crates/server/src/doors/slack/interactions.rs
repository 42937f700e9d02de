//! `POST /slack/{app}/interactions`
//!
//! Somebody pressed a button or chose from a menu. The signature is checked before anything is read, and the
//! trigger is spent while Slack still waits for this answer: 200 with an empty body, whatever comes of the
//! call. What did come of it the person is told through the `response_url`, the console in the request's story.

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    response::Response,
};
use grantbook_core::AppSlug;
use grantbook_flows::progressive::Acknowledged;
use http::HeaderMap;

use super::{
    form::{self, Door},
    signed,
};
use crate::{app::AppState, error::ApiError, extract::Path};

/// Receives one press.
#[tracing::instrument(name = "slack.interactions", skip_all, fields(app = %app))]
pub async fn receive(
    State(state): State<AppState>,
    Path(app): Path<AppSlug>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let progressive = state.progressive.clone();
    let door = Door {
        name: "interactions",
        outcome,
    };
    let work = |body: Bytes| async move { progressive.interaction(&app, signed::request(&headers, &body)).await };
    door.take(&state, body, work).await?;
    Ok(form::nothing())
}

/// What became of a press, for metrics.
fn outcome(acknowledged: &Acknowledged) -> &'static str {
    match acknowledged {
        Acknowledged::Asking => "asking",
        Acknowledged::Deciding => "deciding",
        Acknowledged::Doubled => "doubled",
        Acknowledged::Stray(code) => {
            tracing::info!(stray.code = *code, "a press belongs to no request");
            "stray"
        }
        Acknowledged::Nothing => "nothing",
    }
}
