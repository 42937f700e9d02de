//! One envelope: through the same use case as at the HTTP door, then acknowledged, or not.
//!
//! What the door would answer with 200 is acknowledged, and nothing else: Slack has no other word for "no", and
//! sends an event again that nobody acknowledged.

use std::time::Instant;

use grantbook_api::socket::{EnvelopeKind, Received};
use grantbook_core::AppSlug;
use grantbook_store::inbox::Stored;
use serde_json::Value;

use super::measure;
use crate::{
    House,
    commands::{CommandReply, Commands},
    ingest::{self, Ingest, IngestError},
    progressive::{Acknowledged, InteractionError, Progressive},
};

/// The use cases behind the three doors. Cheap to clone.
#[derive(Clone)]
pub(super) struct Doors {
    ingest: Ingest,
    progressive: Progressive,
    commands: Commands,
}

/// Why an envelope is not acknowledged, as a label.
type Refusal = &'static str;

impl Doors {
    pub(super) fn new(house: &House) -> Self {
        Self {
            ingest: Ingest::new(house.clone()),
            progressive: Progressive::new(house.clone()),
            commands: Commands::new(house.clone()),
        }
    }

    /// Handles what arrived just now, and acknowledges it when that is due.
    #[tracing::instrument(name = "slack.socket", skip_all, fields(
        app = %app,
        envelope.kind = received.envelope.kind.as_str(),
        envelope.retry = received.envelope.retry_attempt,
    ))]
    pub(super) async fn handle(self, app: AppSlug, received: Received) {
        let started = Instant::now();
        let kind = measure::label(&received.envelope.kind);
        let body = received.envelope.body();
        let answer = match &received.envelope.kind {
            EnvelopeKind::EventsApi => self.event(&app, &body).await,
            EnvelopeKind::Interactive => self.interaction(&app, &body).await,
            EnvelopeKind::SlashCommands => self.command(&app, &body).await,
            EnvelopeKind::Other(_) => {
                tracing::warn!("an envelope of an unknown kind was not acknowledged");
                Err("unknown_kind")
            }
        };
        let sent = answer.and_then(|payload| {
            match payload {
                Some(payload) => received.acknowledge_with(payload),
                None => received.acknowledge(),
            }
            .map_err(|_| "connection_lost")
        });
        match sent {
            Ok(()) => measure::acknowledged(kind, started.elapsed()),
            Err(reason) => measure::refused(kind, reason),
        }
    }

    async fn event(&self, app: &AppSlug, body: &[u8]) -> Result<Option<Value>, Refusal> {
        match self.ingest.receive_from_socket(app, body).await {
            Ok(ingest::Received::Accepted { stored, event_type }) => {
                if stored == Stored::Kept {
                    tracing::info!(event.kind = ?event_type, "an event of an unknown kind was kept");
                }
                Ok(None)
            }
            Ok(ingest::Received::Challenge(_)) => Ok(None),
            Err(IngestError::Rejected { code, .. }) => {
                tracing::warn!(
                    problem.code = code,
                    "an event from the socket could not be read and was kept"
                );
                Err("unreadable")
            }
            Err(IngestError::UnknownApp(_)) => Err("unknown_app"),
            // Nothing is signed here.
            Err(IngestError::Signature(_)) => Err("unreadable"),
            Err(IngestError::Store(error)) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "an event could not be stored and was not acknowledged");
                Err("storage")
            }
        }
    }

    async fn interaction(&self, app: &AppSlug, body: &[u8]) -> Result<Option<Value>, Refusal> {
        match self.progressive.interaction_from_socket(app, body).await {
            Ok(Acknowledged::Stray(code)) => {
                tracing::info!(stray.code = code, "a press belongs to no request");
                Ok(None)
            }
            Ok(Acknowledged::Asking | Acknowledged::Deciding | Acknowledged::Doubled | Acknowledged::Nothing) => {
                Ok(None)
            }
            Err(error) => Err(refusal(&error)),
        }
    }

    async fn command(&self, app: &AppSlug, body: &[u8]) -> Result<Option<Value>, Refusal> {
        match self.commands.command_from_socket(app, body).await {
            Ok(CommandReply::SslCheck | CommandReply::Empty) => Ok(None),
            Ok(CommandReply::Message(message)) => Ok(Some(serde_json::json!(message))),
            Err(error) => Err(refusal(&error)),
        }
    }
}

/// Says in the log why a press or a command was not taken.
fn refusal(error: &InteractionError) -> Refusal {
    match error {
        InteractionError::UnknownApp(_) => "unknown_app",
        InteractionError::Signature(_) => "unreadable",
        InteractionError::Unreadable { code, .. } => {
            tracing::warn!(problem.code = *code, "what came over the socket could not be read");
            "unreadable"
        }
        InteractionError::Store(error) => {
            let error = error as &dyn std::error::Error;
            tracing::warn!(
                error,
                "a press or command could not be handled and was not acknowledged"
            );
            "storage"
        }
    }
}
