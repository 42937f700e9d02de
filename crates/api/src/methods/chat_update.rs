//! `chat.update`: another message in the place of an older one.

use grantbook_core::ResourceId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Encoding, Method};
use crate::wire::{json_or_text, optional};

/// Which message, and what it becomes. Parts left out stay as they are where Slack can keep them; an empty
/// array clears a part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatUpdate {
    /// Where the message is.
    pub channel: ResourceId,
    /// Its name in the conversation.
    pub ts: String,
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

/// The message as it now is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatUpdateAnswer {
    /// Where it is.
    pub channel: ResourceId,
    /// Its name, which stays the same.
    pub ts: String,
    /// Its text.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The whole message.
    #[serde(default)]
    pub message: Value,
}

impl Method for ChatUpdate {
    const NAME: &'static str = "chat.update";
    const ENCODING: Encoding = Encoding::Json;
    const IDEMPOTENT: bool = true;
    type Answer = ChatUpdateAnswer;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn real_answers_are_read() {
        let first: ChatUpdateAnswer = answer("docs-examples/chat.update.success.json");
        assert_eq!(first.ts, "1401383885.000061");
        let again: ChatUpdateAnswer = serde_json::from_value(crate::wire::success(&first)).unwrap();
        assert_eq!(again, first);
    }
}
