//! `chat.postEphemeral`: a message that one person sees, and only until the client starts anew.

use grantbook_core::{ResourceId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Encoding, Method};
use crate::wire::{json_or_text, optional};

/// The message, where, and for whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatPostEphemeral {
    /// Where.
    pub channel: ResourceId,
    /// Who sees it; must be in the conversation.
    pub user: UserId,
    /// The text.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Legacy attachments, an array; in a form it comes as text.
    #[serde(default, deserialize_with = "json_or_text", skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Value>,
    /// Block Kit, an array; in a form it comes as text.
    #[serde(default, deserialize_with = "json_or_text", skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Value>,
}

/// The message's name. It cannot be updated by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatPostEphemeralAnswer {
    /// As in `1502210682.580145`.
    pub message_ts: String,
}

impl Method for ChatPostEphemeral {
    const NAME: &'static str = "chat.postEphemeral";
    const ENCODING: Encoding = Encoding::Json;
    const IDEMPOTENT: bool = false;
    type Answer = ChatPostEphemeralAnswer;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn real_answers_are_read() {
        let posted: ChatPostEphemeralAnswer = answer("docs-examples/chat.postEphemeral.success.json");
        assert_eq!(posted.message_ts, "1502210682.580145");
    }
}
