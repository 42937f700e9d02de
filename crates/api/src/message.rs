//! Messages as this house writes them: text, legacy attachments with buttons and menus, and Block Kit.
//!
//! [`OutgoingMessage`] is built from typed parts and checked against Slack's limits once, when it becomes
//! the arguments of `chat.postMessage`, `chat.postEphemeral` or `chat.update`, or a [`ResponseMessage`].
//! Whoever plays Slack keeps other people's messages as JSON, since apps may post parts that are not here.

mod attachment;
mod block;
mod limits;
mod response;
#[cfg(test)]
mod tests;

use grantbook_core::{ResourceId, UserId};
use serde_json::{Value, json};

pub use attachment::{Attachment, AttachmentAction, Confirm, SelectOption, Style};
pub use block::{Block, BlockConfirm, BlockOption, Element, Text, TextKind};
pub use limits::MessageError;
pub use response::{ResponseMessage, ResponseType};

use crate::methods::{ChatPostEphemeral, ChatPostMessage, ChatUpdate};

/// A message to post. One of its three parts must be there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutgoingMessage {
    /// The text; with blocks it is what notifications show.
    pub text: Option<String>,
    /// Legacy attachments.
    pub attachments: Vec<Attachment>,
    /// Block Kit.
    pub blocks: Vec<Block>,
}

/// The parts of a message that passed the limits, as methods take them.
pub(crate) struct Parts {
    pub(crate) text: Option<String>,
    pub(crate) attachments: Option<Value>,
    pub(crate) blocks: Option<Value>,
}

impl OutgoingMessage {
    /// A message of text, in Slack's `mrkdwn`.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::default()
        }
    }

    /// The same message with one more attachment.
    #[must_use]
    pub fn attachment(mut self, attachment: Attachment) -> Self {
        self.attachments.push(attachment);
        self
    }

    /// The same message with one more block.
    #[must_use]
    pub fn block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// Whether Slack would take the message; the error names the first part that it would not.
    pub fn validate(&self) -> Result<(), MessageError> {
        limits::check(self)
    }

    /// The arguments that post the message to a conversation, or to a person's app home by the person's id.
    pub fn post_to(self, channel: impl Into<String>) -> Result<ChatPostMessage, MessageError> {
        let Parts {
            text,
            attachments,
            blocks,
        } = self.into_parts()?;
        Ok(ChatPostMessage {
            channel: channel.into(),
            text,
            attachments,
            blocks,
        })
    }

    /// The arguments that show the message to one person in a conversation.
    pub fn post_ephemeral(self, channel: ResourceId, user: UserId) -> Result<ChatPostEphemeral, MessageError> {
        let Parts {
            text,
            attachments,
            blocks,
        } = self.into_parts()?;
        Ok(ChatPostEphemeral {
            channel,
            user,
            text,
            attachments,
            blocks,
        })
    }

    /// The arguments that put the message in the place of an older one. Parts that the new one lacks go away.
    pub fn update(self, channel: ResourceId, ts: impl Into<String>) -> Result<ChatUpdate, MessageError> {
        let Parts {
            text,
            attachments,
            blocks,
        } = self.into_parts()?;
        Ok(ChatUpdate {
            channel,
            ts: ts.into(),
            text,
            attachments: attachments.or_else(|| Some(json!([]))),
            blocks: blocks.or_else(|| Some(json!([]))),
        })
    }

    pub(crate) fn into_parts(self) -> Result<Parts, MessageError> {
        self.validate()?;
        let array = |items: Value| Some(items).filter(|items| items != &json!([]));
        Ok(Parts {
            attachments: array(json!(self.attachments)),
            blocks: array(json!(self.blocks)),
            text: self.text,
        })
    }
}
