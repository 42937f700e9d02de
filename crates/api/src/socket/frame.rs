//! `Frame`: one text message from Slack. `Acknowledgement`: one text message back.

use std::fmt;

use grantbook_core::AppId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Envelope;
use crate::wire::{self, null_as_default, optional};

/// What Slack sends.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// The first frame: the connection is good.
    Hello(Hello),
    /// Something for the app.
    Envelope(Box<Envelope>),
    /// The connection ends soon, or for good.
    Disconnect(Disconnect),
    /// A type that carries no envelope and is not known here.
    Unknown {
        /// The type.
        kind: String,
    },
}

/// Why a text is no frame. Repeats nothing that was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Not JSON at all.
    #[error("the frame is not JSON")]
    NotJson,
    /// JSON of another shape.
    #[error("the frame has an unexpected shape: {reason}")]
    Shape {
        /// What is missing or wrong, without the values sent.
        reason: String,
    },
}

/// Slack greets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hello {
    /// The app's connections, this one among them, wherever they are made from.
    pub num_connections: u32,
    /// The app.
    pub app_id: Option<AppId>,
    /// Slack's own name of its end; for support.
    pub host: Option<String>,
    /// How long the connection will live about, in seconds.
    pub approximate_connection_time: Option<u64>,
}

/// Slack takes leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disconnect {
    /// Why.
    pub reason: DisconnectReason,
    /// Slack's own name of its end; for support.
    pub host: Option<String>,
}

/// Why Slack takes leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisconnectReason {
    /// `warning`: the connection closes in about ten seconds.
    Warning,
    /// `refresh_requested`: Slack wants a new connection, as it does every few hours.
    RefreshRequested,
    /// `link_disabled`: Socket Mode was switched off. Do not come back.
    LinkDisabled,
    /// `too_many_websockets`: the app has ten connections already.
    TooManyWebsockets,
    /// Any other.
    Other(String),
}

impl From<&str> for DisconnectReason {
    fn from(text: &str) -> Self {
        match text {
            "warning" => Self::Warning,
            "refresh_requested" => Self::RefreshRequested,
            "link_disabled" => Self::LinkDisabled,
            "too_many_websockets" => Self::TooManyWebsockets,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl DisconnectReason {
    /// The reason as Slack spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Warning => "warning",
            Self::RefreshRequested => "refresh_requested",
            Self::LinkDisabled => "link_disabled",
            Self::TooManyWebsockets => "too_many_websockets",
            Self::Other(text) => text,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct HelloWire {
    #[serde(deserialize_with = "null_as_default")]
    num_connections: u32,
    #[serde(deserialize_with = "null_as_default")]
    connection_info: ConnectionInfo,
    #[serde(deserialize_with = "null_as_default")]
    debug_info: DebugInfo,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ConnectionInfo {
    #[serde(deserialize_with = "optional")]
    app_id: Option<AppId>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DebugInfo {
    #[serde(deserialize_with = "optional")]
    host: Option<String>,
    approximate_connection_time: Option<u64>,
}

#[derive(Deserialize)]
struct DisconnectWire {
    reason: String,
    #[serde(default, deserialize_with = "null_as_default")]
    debug_info: DebugInfo,
}

impl Frame {
    /// Reads one text message.
    pub fn parse(text: &str) -> Result<Self, FrameError> {
        let value: Value = serde_json::from_str(text).map_err(|_| FrameError::NotJson)?;
        let kind = value.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        match kind.as_str() {
            "" => Err(FrameError::Shape {
                reason: "missing field `type`".to_owned(),
            }),
            "hello" => shape(value).map(|wire: HelloWire| {
                Self::Hello(Hello {
                    num_connections: wire.num_connections,
                    app_id: wire.connection_info.app_id,
                    host: wire.debug_info.host,
                    approximate_connection_time: wire.debug_info.approximate_connection_time,
                })
            }),
            "disconnect" => shape(value).map(|wire: DisconnectWire| {
                Self::Disconnect(Disconnect {
                    reason: DisconnectReason::from(wire.reason.as_str()),
                    host: wire.debug_info.host,
                })
            }),
            _ if value.get("envelope_id").is_some() => {
                Envelope::from_json(value).map(|envelope| Self::Envelope(Box::new(envelope)))
            }
            _ => Ok(Self::Unknown { kind }),
        }
    }

    /// The message as Slack would send it. Holds what the payload holds, response addresses too.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Hello(hello) => json!({
                "type": "hello",
                "num_connections": hello.num_connections,
                "debug_info": wire::without_nulls(json!({
                    "host": hello.host,
                    "approximate_connection_time": hello.approximate_connection_time,
                })),
                "connection_info": wire::without_nulls(json!({ "app_id": hello.app_id })),
            }),
            Self::Envelope(envelope) => envelope.to_json(),
            Self::Disconnect(disconnect) => json!({
                "type": "disconnect",
                "reason": disconnect.reason.as_str(),
                "debug_info": wire::without_nulls(json!({ "host": disconnect.host })),
            }),
            Self::Unknown { kind } => json!({ "type": kind }),
        }
    }
}

/// What the app sends back: it has what the envelope holds, and perhaps answers at once.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Of the envelope.
    pub envelope_id: String,
    /// The answer, where the envelope takes one: what the HTTP response would hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Value>,
}

impl fmt::Debug for Acknowledgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acknowledgement")
            .field("envelope_id", &self.envelope_id)
            .field("payload", &self.payload.as_ref().map(|_| "…"))
            .finish()
    }
}

impl Acknowledgement {
    /// Reads one text message from an app.
    pub fn parse(text: &str) -> Result<Self, FrameError> {
        let value: Value = serde_json::from_str(text).map_err(|_| FrameError::NotJson)?;
        shape(value)
    }
}

pub(super) fn shape<T: for<'de> Deserialize<'de>>(value: Value) -> Result<T, FrameError> {
    serde_json::from_value(value).map_err(|error| FrameError::Shape {
        reason: wire::reason(&error),
    })
}
