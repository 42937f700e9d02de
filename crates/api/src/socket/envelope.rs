//! `Envelope`: one delivery, with the same content that the HTTP doors get.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::{FrameError, frame::shape};
use crate::{
    commands::{CommandError, CommandRequest},
    events::{Delivery, DeliveryError},
    interactions::{Interaction, InteractionError},
    wire::{null_as_default, optional},
};

/// One delivery. It must be acknowledged within three seconds.
#[derive(Clone, PartialEq)]
pub struct Envelope {
    /// What to acknowledge.
    pub envelope_id: String,
    /// Which door it would have come through.
    pub kind: EnvelopeKind,
    /// The content: what the door would have got, as JSON. Holds response addresses, so it is not printed.
    pub payload: Value,
    /// Whether the acknowledgement may carry an answer.
    pub accepts_response_payload: bool,
    /// How often it was sent before. For events only.
    pub retry_attempt: u32,
    /// Why it is sent again.
    pub retry_reason: Option<String>,
}

/// Which door an envelope would have come through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvelopeKind {
    /// `events_api`.
    EventsApi,
    /// `interactive`.
    Interactive,
    /// `slash_commands`.
    SlashCommands,
    /// Any other.
    Other(String),
}

impl From<&str> for EnvelopeKind {
    fn from(text: &str) -> Self {
        match text {
            "events_api" => Self::EventsApi,
            "interactive" => Self::Interactive,
            "slash_commands" => Self::SlashCommands,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl EnvelopeKind {
    /// The kind as Slack spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::EventsApi => "events_api",
            Self::Interactive => "interactive",
            Self::SlashCommands => "slash_commands",
            Self::Other(text) => text,
        }
    }
}

/// What an envelope holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// What comes through the events door.
    Event(Box<Delivery>),
    /// What comes through the interactions door.
    Interaction(Box<Interaction>),
    /// What comes through the commands door.
    Command(Box<CommandRequest>),
    /// A kind that is not known here.
    Unknown,
}

/// Why an envelope's content cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// An event.
    #[error(transparent)]
    Event(#[from] DeliveryError),
    /// An interaction.
    #[error(transparent)]
    Interaction(#[from] InteractionError),
    /// A command.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("envelope_id", &self.envelope_id)
            .field("kind", &self.kind)
            .field("accepts_response_payload", &self.accepts_response_payload)
            .field("retry_attempt", &self.retry_attempt)
            .field("retry_reason", &self.retry_reason)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct Wire {
    envelope_id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    payload: Value,
    #[serde(default, deserialize_with = "null_as_default")]
    accepts_response_payload: bool,
    #[serde(default, deserialize_with = "null_as_default")]
    retry_attempt: u32,
    #[serde(default, deserialize_with = "optional")]
    retry_reason: Option<String>,
}

impl Envelope {
    pub(super) fn from_json(value: Value) -> Result<Self, FrameError> {
        let wire: Wire = shape(value)?;
        if wire.envelope_id.is_empty() {
            return Err(FrameError::Shape {
                reason: "the field `envelope_id` is blank".to_owned(),
            });
        }
        Ok(Self {
            envelope_id: wire.envelope_id,
            kind: EnvelopeKind::from(wire.kind.as_str()),
            payload: wire.payload,
            accepts_response_payload: wire.accepts_response_payload,
            retry_attempt: wire.retry_attempt,
            retry_reason: wire.retry_reason,
        })
    }

    /// The frame as Slack would send it: retries are told of for events only.
    pub(super) fn to_json(&self) -> Value {
        let mut frame = json!({
            "envelope_id": self.envelope_id,
            "type": self.kind.as_str(),
            "payload": self.payload,
            "accepts_response_payload": self.accepts_response_payload,
        });
        if self.kind == EnvelopeKind::EventsApi {
            frame["retry_attempt"] = json!(self.retry_attempt);
            frame["retry_reason"] = json!(self.retry_reason.as_deref().unwrap_or_default());
        }
        frame
    }

    /// The body that the HTTP door would have got: JSON for events, the form field `payload` for
    /// interactions, a flat form for commands.
    pub fn body(&self) -> Vec<u8> {
        match self.kind {
            EnvelopeKind::EventsApi | EnvelopeKind::Other(_) => self.payload.to_string().into_bytes(),
            EnvelopeKind::Interactive => {
                let mut form = Serializer::new(String::new());
                form.append_pair("payload", &self.payload.to_string());
                form.finish().into_bytes()
            }
            EnvelopeKind::SlashCommands => {
                let mut form = Serializer::new(String::new());
                for (name, value) in self.payload.as_object().into_iter().flatten() {
                    match value {
                        Value::Null => {}
                        Value::String(text) => {
                            form.append_pair(name, text);
                        }
                        other => {
                            form.append_pair(name, &other.to_string());
                        }
                    }
                }
                form.finish().into_bytes()
            }
        }
    }

    /// Reads the content as its door would.
    pub fn read(&self) -> Result<Payload, PayloadError> {
        Ok(match self.kind {
            EnvelopeKind::EventsApi => Payload::Event(Box::new(Delivery::parse(&self.body())?)),
            EnvelopeKind::Interactive => Payload::Interaction(Box::new(Interaction::from_json(self.payload.clone())?)),
            EnvelopeKind::SlashCommands => Payload::Command(Box::new(CommandRequest::parse(&self.body())?)),
            EnvelopeKind::Other(_) => Payload::Unknown,
        })
    }
}
