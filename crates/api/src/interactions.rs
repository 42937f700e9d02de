//! What arrives on the interactions door: somebody pressed a button or chose from a menu.
//!
//! A form with one field, `payload`, which holds JSON (docs.slack.dev, "Handling user interaction"). The
//! same types read it in the console and write it in the simulator. To add one more kind: a variant in
//! [`Interaction`], a file with its fields, and a fixture in the tests.

mod blocks;
mod message;
mod parts;
#[cfg(test)]
mod tests;

use grantbook_core::{ResourceId, Tenant, UserId};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::form_urlencoded;

pub use blocks::{BlockAction, BlockActions, Container};
pub use message::{Choice, InteractiveMessage, MessageAction};
pub use parts::{InteractionChannel, InteractionEnterprise, InteractionTeam, InteractionUser};

use crate::{secret::ResponseUrl, trigger::TriggerId, wire};

/// One POST to the interactions door.
///
/// The deprecated verification `token` is neither needed nor kept, nor is any other token that newer
/// payloads carry: the signature decides.
#[derive(Clone, Debug, PartialEq)]
pub enum Interaction {
    /// `interactive_message`: a button or menu in a legacy attachment.
    Message(Box<InteractiveMessage>),
    /// `block_actions`: a button or menu of Block Kit.
    Blocks(Box<BlockActions>),
    /// Something this house does not use: dialogs, views, shortcuts.
    Unknown {
        /// Its `type`.
        kind: String,
    },
}

/// Why a body is no interaction. Repeats nothing that was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InteractionError {
    /// The form has no field `payload`.
    #[error("the form has no field `payload`")]
    NoPayload,
    /// The payload is not JSON.
    #[error("the payload is not JSON")]
    NotJson,
    /// JSON without a `type`, or of a known type with fields missing or wrong.
    #[error("the payload is not an interaction: {reason}")]
    Shape {
        /// What is missing or wrong, without the values sent.
        reason: String,
    },
}

impl Interaction {
    /// Reads a raw form whose signature has been checked.
    pub fn parse(form_body: &[u8]) -> Result<Self, InteractionError> {
        let payload = form_urlencoded::parse(form_body)
            .find_map(|(name, value)| (name == "payload").then_some(value))
            .ok_or(InteractionError::NoPayload)?;
        Self::from_json(serde_json::from_str(&payload).map_err(|_| InteractionError::NotJson)?)
    }

    /// Reads the JSON of the field `payload`.
    pub fn from_json(payload: Value) -> Result<Self, InteractionError> {
        match payload.get("type").and_then(Value::as_str) {
            Some("interactive_message") => InteractiveMessage::from_json(payload).map(|m| Self::Message(Box::new(m))),
            Some("block_actions") => BlockActions::from_json(payload).map(|b| Self::Blocks(Box::new(b))),
            Some(kind) if !kind.is_empty() => Ok(Self::Unknown { kind: kind.to_owned() }),
            _ => Err(malformed("missing field `type`")),
        }
    }

    /// The form as Slack would send it, with the deprecated `token` filled in.
    pub fn to_form(&self, verification_token: &str) -> Vec<u8> {
        let payload = self.to_json(verification_token).to_string();
        form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &payload)
            .finish()
            .into_bytes()
    }

    /// The JSON of the field `payload`. Holds the response address in plain: for whoever issued it.
    pub fn to_json(&self, verification_token: &str) -> Value {
        let mut payload = match self {
            Self::Message(message) => message.to_json(),
            Self::Blocks(blocks) => blocks.to_json(),
            Self::Unknown { kind } => json!({ "type": kind }),
        };
        payload["token"] = json!(verification_token);
        payload
    }

    /// The `type` as Slack spells it.
    pub fn kind(&self) -> &str {
        match self {
            Self::Message(_) => message::KIND,
            Self::Blocks(_) => blocks::KIND,
            Self::Unknown { kind } => kind,
        }
    }

    /// Who acted; none for an unknown kind.
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Self::Message(message) => Some(&message.user.id),
            Self::Blocks(blocks) => Some(&blocks.user.id),
            Self::Unknown { .. } => None,
        }
    }

    /// The handle of whoever acted, without `@`, where Slack told it.
    pub fn user_name(&self) -> Option<&str> {
        let user = match self {
            Self::Message(message) => &message.user,
            Self::Blocks(blocks) => &blocks.user,
            Self::Unknown { .. } => return None,
        };
        user.username.as_deref().or(user.name.as_deref())
    }

    /// The conversation, where there is one.
    pub fn channel(&self) -> Option<&ResourceId> {
        match self {
            Self::Message(message) => Some(&message.channel.id),
            Self::Blocks(blocks) => blocks.channel_id(),
            Self::Unknown { .. } => None,
        }
    }

    /// Whose installation was used; none where the payload names nobody.
    pub fn tenant(&self) -> Option<Tenant> {
        match self {
            Self::Message(message) => message.tenant(),
            Self::Blocks(blocks) => blocks.tenant(),
            Self::Unknown { .. } => None,
        }
    }

    /// The proof that somebody has just acted.
    pub fn trigger_id(&self) -> Option<&TriggerId> {
        match self {
            Self::Message(message) => message.trigger_id.as_ref(),
            Self::Blocks(blocks) => blocks.trigger_id.as_ref(),
            Self::Unknown { .. } => None,
        }
    }

    /// Where to answer.
    pub fn response_url(&self) -> Option<&ResponseUrl> {
        match self {
            Self::Message(message) => message.response_url.as_ref(),
            Self::Blocks(blocks) => blocks.response_url.as_ref(),
            Self::Unknown { .. } => None,
        }
    }
}

fn malformed(reason: &str) -> InteractionError {
    InteractionError::Shape {
        reason: reason.to_owned(),
    }
}

fn shape<T: DeserializeOwned>(payload: Value) -> Result<T, InteractionError> {
    serde_json::from_value(payload).map_err(|error| InteractionError::Shape {
        reason: wire::reason(&error),
    })
}
