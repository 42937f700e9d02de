//! `ResponseMessage`: an answer to an interaction or command, sent at once or to its `response_url`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{MessageError, OutgoingMessage, Parts};
use crate::wire::{flag, json_or_text, optional};

/// An answer, as JSON (docs.slack.dev, "Handling user interaction"). Its parts stay JSON, so that whoever
/// plays Slack reads any app's answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResponseMessage {
    /// Who sees it; only the person who acted, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_type: Option<ResponseType>,
    /// Whether it takes the place of the message that was acted on. What holds where nothing is said depends:
    /// yes for a direct answer to `interactive_message`, no for a `response_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace_original: Option<bool>,
    /// Whether the message that was acted on goes away.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_false")]
    pub delete_original: bool,
    /// The thread to answer in.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub thread_ts: Option<String>,
    /// The text.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Legacy attachments, an array.
    #[serde(default, deserialize_with = "json_or_text", skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Value>,
    /// Block Kit, an array.
    #[serde(default, deserialize_with = "json_or_text", skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Value>,
}

/// Who sees an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseType {
    /// Everybody in the conversation.
    InChannel,
    /// Only the person who acted.
    #[default]
    Ephemeral,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the field by reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl ResponseMessage {
    /// An answer that only the person who acted sees.
    pub fn ephemeral(message: OutgoingMessage) -> Result<Self, MessageError> {
        Self::new(message, Some(ResponseType::Ephemeral), Some(false))
    }

    /// An answer that everybody in the conversation sees.
    pub fn in_channel(message: OutgoingMessage) -> Result<Self, MessageError> {
        Self::new(message, Some(ResponseType::InChannel), Some(false))
    }

    /// An answer that takes the place of the message that was acted on: its buttons go away, unless the new
    /// message has some.
    pub fn replacing(message: OutgoingMessage) -> Result<Self, MessageError> {
        let mut answer = Self::new(message, None, Some(true))?;
        answer.attachments.get_or_insert_with(|| json!([]));
        Ok(answer)
    }

    /// The message that was acted on goes away.
    pub fn deleting() -> Self {
        Self {
            delete_original: true,
            ..Self::default()
        }
    }

    fn new(
        message: OutgoingMessage,
        response_type: Option<ResponseType>,
        replace_original: Option<bool>,
    ) -> Result<Self, MessageError> {
        let Parts {
            text,
            attachments,
            blocks,
        } = message.into_parts()?;
        Ok(Self {
            response_type,
            replace_original,
            text,
            attachments,
            blocks,
            ..Self::default()
        })
    }

    /// Who sees it.
    pub fn visible_to(&self) -> ResponseType {
        self.response_type.unwrap_or_default()
    }
}
