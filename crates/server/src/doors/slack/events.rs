//! `POST /slack/{app}/events`
//!
//! Slack's signed deliveries. The signature is checked before anything is parsed or stored; 200 with an
//! empty body means that the transaction with the inbox row, the ledger entry and the grants committed.

use std::time::Instant;

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    response::{IntoResponse as _, Response},
};
use grantbook_core::AppSlug;
use grantbook_flows::ingest::{IngestError, Received};
use grantbook_store::inbox::Stored;
use http::{HeaderMap, StatusCode};

use super::signed;
use crate::{app::AppState, error::ApiError, extract::Path, telemetry::names};

/// Receives one delivery.
#[tracing::instrument(name = "slack.events", skip_all, fields(app = %app))]
pub async fn receive(
    State(state): State<AppState>,
    Path(app): Path<AppSlug>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let body = signed::whole(body)?;
    let started = Instant::now();
    let received = state.ingest.receive(&app, signed::request(&headers, &body)).await;
    count(&received);
    let received = received?;
    metrics::histogram!(names::EVENTS_SECONDS).record(started.elapsed().as_secs_f64());
    Ok(match received {
        Received::Challenge(challenge) => challenge.into_response(),
        Received::Accepted { .. } => StatusCode::OK.into_response(),
    })
}

fn count(received: &Result<Received, IngestError>) {
    let counted = |name: &'static str| metrics::counter!(name).increment(1);
    match received {
        Ok(Received::Challenge(_)) | Err(IngestError::UnknownApp(_) | IngestError::Store(_)) => {}
        Ok(Received::Accepted { stored, event_type }) => {
            counted(names::EVENTS_RECEIVED);
            match stored {
                Stored::Duplicate => counted(names::EVENTS_DUPLICATE),
                Stored::Kept => {
                    counted(names::EVENTS_UNKNOWN);
                    tracing::info!(event.kind = ?event_type, "an event of an unknown kind was kept");
                }
                Stored::Applied | Stored::Waiting => {}
            }
        }
        Err(IngestError::Rejected { code, .. }) => {
            counted(names::EVENTS_RECEIVED);
            counted(names::EVENTS_REJECTED);
            tracing::warn!(problem.code = code, "a signed delivery could not be read and was kept");
        }
        Err(IngestError::Signature(error)) => {
            counted(names::EVENTS_UNAUTHORIZED);
            tracing::info!(%error, "a delivery was not signed rightly");
        }
    }
}

impl From<IngestError> for ApiError {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::UnknownApp(_) => Self::not_found("app_not_found", error),
            IngestError::Signature(_) => Self::client(StatusCode::UNAUTHORIZED, "invalid_signature", error),
            IngestError::Rejected { code, .. } => Self::client(StatusCode::BAD_REQUEST, code, error),
            IngestError::Store(_) => Self::internal(error),
        }
    }
}
