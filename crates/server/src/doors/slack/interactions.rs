//! `POST /slack/{app}/interactions`
//!
//! Somebody pressed a button or chose from a menu. The signature is checked before anything is read, and the
//! trigger is spent while Slack still waits for this answer: 200 with an empty body, whatever comes of the
//! call. What did come of it the person is told through the `response_url`, the console in the request's story.
//!
//! A caller that hangs up does not cut the work short: a press counts once it arrived whole.

use std::time::Instant;

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    response::{IntoResponse as _, Response},
};
use grantbook_core::AppSlug;
use grantbook_flows::progressive::{Acknowledged, InteractionError};
use http::{HeaderMap, StatusCode};
use tracing::Instrument as _;

use super::signed;
use crate::{app::AppState, error::ApiError, extract::Path, telemetry::names};

/// The door's name among metrics.
const DOOR: &str = "interactions";

/// Receives one press.
#[tracing::instrument(name = "slack.interactions", skip_all, fields(app = %app))]
pub async fn receive(
    State(state): State<AppState>,
    Path(app): Path<AppSlug>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let body = signed::whole(body)?;
    let started = Instant::now();
    let progressive = state.progressive.clone();
    let work = async move { progressive.interaction(&app, signed::request(&headers, &body)).await };
    let acknowledged = state
        .lifecycle
        .tasks
        .spawn(work.in_current_span())
        .await
        .map_err(ApiError::internal)?;
    count(DOOR, acknowledged.as_ref().map(name), started);
    acknowledged?;
    Ok(StatusCode::OK.into_response())
}

/// What became of a press, for metrics.
fn name(acknowledged: &Acknowledged) -> &'static str {
    match acknowledged {
        Acknowledged::Asking => "asking",
        Acknowledged::Doubled => "doubled",
        Acknowledged::Stray(code) => {
            tracing::info!(stray.code = *code, "a press belongs to no request");
            "stray"
        }
        Acknowledged::Nothing => "nothing",
    }
}

/// Counts what arrived at one of the two doors, and how long it took.
pub(super) fn count(door: &'static str, result: Result<&'static str, &InteractionError>, started: Instant) {
    let outcome = match result {
        Ok(outcome) => {
            metrics::histogram!(names::INTERACTIONS_SECONDS, "door" => door).record(started.elapsed().as_secs_f64());
            outcome
        }
        Err(InteractionError::Unreadable { code, .. }) => {
            tracing::warn!(problem.code = *code, "a signed form could not be read");
            "rejected"
        }
        Err(InteractionError::Signature(error)) => {
            tracing::info!(%error, "a form was not signed rightly");
            "unauthorized"
        }
        Err(InteractionError::UnknownApp(_) | InteractionError::Store(_)) => return,
    };
    metrics::counter!(names::INTERACTIONS_RECEIVED, "door" => door, "outcome" => outcome).increment(1);
}

impl From<InteractionError> for ApiError {
    fn from(error: InteractionError) -> Self {
        match error {
            InteractionError::UnknownApp(_) => Self::not_found("app_not_found", error),
            InteractionError::Signature(_) => Self::client(StatusCode::UNAUTHORIZED, "invalid_signature", error),
            InteractionError::Unreadable { code, .. } => Self::client(StatusCode::BAD_REQUEST, code, error),
            InteractionError::Store(_) => Self::internal(error),
        }
    }
}
