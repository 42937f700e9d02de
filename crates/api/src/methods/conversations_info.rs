//! `conversations.info`: what a conversation is and is called.

use grantbook_core::{ResourceId, ResourceType, UserId};
use serde::{Deserialize, Serialize};

use super::Method;
use crate::wire::{null_as_default, optional};

/// Which conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationsInfo {
    /// The conversation.
    pub channel: ResourceId,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationsInfoAnswer {
    /// The conversation.
    pub channel: Conversation,
}

/// A conversation of any type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The conversation.
    pub id: ResourceId,
    /// Its name; direct messages have none.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether only members see it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub is_private: bool,
    /// Whether it is a direct message between two.
    #[serde(default, deserialize_with = "null_as_default")]
    pub is_im: bool,
    /// Whether it is a direct message between several.
    #[serde(default, deserialize_with = "null_as_default")]
    pub is_mpim: bool,
    /// The other person of a direct message.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
}

impl Conversation {
    /// The conversation's type. An app home cannot be told from another direct message here.
    pub fn resource_type(&self) -> ResourceType {
        if self.is_im {
            ResourceType::Im
        } else if self.is_mpim {
            ResourceType::Mpim
        } else if self.is_private {
            ResourceType::Group
        } else {
            ResourceType::Channel
        }
    }
}

impl Method for ConversationsInfo {
    const NAME: &'static str = "conversations.info";
    const IDEMPOTENT: bool = true;
    type Answer = ConversationsInfoAnswer;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn a_channel_and_a_direct_message_are_told_apart() {
        let ConversationsInfoAnswer { channel } = answer("docs-examples/conversations.info.success.json");
        assert_eq!(
            (channel.name.as_deref(), channel.resource_type()),
            (Some("general"), ResourceType::Channel)
        );
        for path in [
            "docs-examples/conversations.info.success_im.json",
            "docs-examples/conversations.info.success_im_num_members.json",
        ] {
            let ConversationsInfoAnswer { channel } = answer(path);
            assert_eq!(channel.resource_type(), ResourceType::Im);
            assert_eq!(channel.user.unwrap().as_str(), "U27FFLNF4");
        }
    }
}
