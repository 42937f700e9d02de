//! `chat.postMessage`: a message, perhaps with buttons.

use grantbook_core::ResourceId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Encoding, Method};
use crate::wire::{json_or_text, optional};

/// The message. One of `text`, `attachments` and `blocks` must be there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChatPostMessage {
    /// Where: a conversation's id, or a person's to write to their app home.
    pub channel: String,
    /// The text; with blocks it is what notifications show.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Legacy attachments, an array; in a form it comes as text.
    #[serde(default, deserialize_with = "json_or_text", skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Value>,
    /// Block Kit, an array; in a form it comes as text.
    #[serde(default, deserialize_with = "json_or_text", skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Value>,
}

/// The message as posted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatPostMessageAnswer {
    /// Where it is.
    pub channel: ResourceId,
    /// Its name in the conversation, as in `1503435956.000247`.
    pub ts: String,
    /// The whole message.
    #[serde(default)]
    pub message: Value,
}

impl Method for ChatPostMessage {
    const NAME: &'static str = "chat.postMessage";
    const ENCODING: Encoding = Encoding::Json;
    const IDEMPOTENT: bool = false;
    type Answer = ChatPostMessageAnswer;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    const SEED: &str = include_str!("../../fixtures/seeds/chat.postMessage.request.json");

    #[test]
    fn the_button_of_the_progressive_permissions_page_can_be_sent() {
        let call: ChatPostMessage = serde_json::from_str(SEED).unwrap();
        assert_eq!(call.channel, "D0BH95DLH");
        assert_eq!(
            call.attachments.as_ref().unwrap()[0]["actions"][0]["name"],
            "add_commands"
        );
        let seed: Value = serde_json::from_str(SEED).unwrap();
        assert_eq!(serde_json::to_value(&call).unwrap(), seed);
    }

    #[test]
    fn attachments_in_a_form_are_text() {
        let call: ChatPostMessage = serde_json::from_str(SEED).unwrap();
        let attachments = call.attachments.as_ref().unwrap().to_string();
        let text = call.text.as_deref().unwrap();
        let pairs = [("channel", "D0BH95DLH"), ("text", text), ("attachments", &attachments)];
        let form = serde_urlencoded::to_string(pairs).unwrap();
        assert_eq!(serde_urlencoded::from_str::<ChatPostMessage>(&form).unwrap(), call);
        assert!(serde_urlencoded::from_str::<ChatPostMessage>("channel=C1&blocks=%7B").is_err());
    }

    #[test]
    fn real_answers_are_read() {
        for path in [
            "docs-examples/chat.postMessage.success.json",
            "openapi-examples/chat.postMessage.200.json",
        ] {
            let posted: ChatPostMessageAnswer = answer(path);
            assert_eq!(posted.ts, "1503435956.000247");
            assert_eq!(posted.message["ts"], posted.ts.as_str());
        }
    }
}
