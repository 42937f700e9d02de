//! A signed form's way through a door: read whole, worked on whatever the caller does, counted. Shared by the
//! interactions and commands doors.

use std::time::Instant;

use axum::{
    body::Bytes,
    extract::rejection::BytesRejection,
    response::{IntoResponse as _, Response},
};
use grantbook_flows::progressive::InteractionError;
use http::StatusCode;
use tracing::Instrument as _;

use super::signed;
use crate::{app::AppState, error::ApiError, telemetry::names};

/// A door that takes forms.
pub(super) struct Door<T> {
    /// Its name among metrics.
    pub(super) name: &'static str,
    /// What became of a form, for metrics.
    pub(super) outcome: fn(&T) -> &'static str,
}

impl<T: Send + 'static> Door<T> {
    /// Has `work` done on the whole body. It may spend a trigger: a caller that hangs up does not cut it short.
    pub(super) async fn take<W>(
        self,
        state: &AppState,
        body: Result<Bytes, BytesRejection>,
        work: impl FnOnce(Bytes) -> W,
    ) -> Result<T, ApiError>
    where
        W: Future<Output = Result<T, InteractionError>> + Send + 'static,
    {
        let body = signed::whole(body)?;
        let started = Instant::now();
        let done = state.lifecycle.tasks.spawn(work(body).in_current_span()).await;
        let result = done.map_err(ApiError::internal)?;
        count(self.name, result.as_ref().map(self.outcome), started);
        Ok(result?)
    }
}

/// 200 with an empty body.
pub(super) fn nothing() -> Response {
    StatusCode::OK.into_response()
}

/// Counts what arrived, and how long it took.
fn count(door: &'static str, result: Result<&'static str, &InteractionError>, started: Instant) {
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
