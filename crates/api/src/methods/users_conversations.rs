//! `users.conversations`: the conversations that somebody is a member of, for a bot's token the bot.

use std::{fmt, str::FromStr};

use grantbook_core::{ResourceType, TeamId, UserId};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::{Conversation, Method, Page, Paged, ResponseMetadata};
use crate::wire::{flag, null_as_default, optional, with_commas};

/// Whose conversations, which, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsersConversations {
    /// Which kinds; none for public channels only, as Slack reads it. Commas on the wire.
    #[serde(
        default,
        deserialize_with = "types",
        serialize_with = "with_commas",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub types: Vec<ConversationType>,
    /// The workspace to look in; an organization's token must name one.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    /// Somebody else; of their private conversations only those are listed that the caller is in, too.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// Leaves out archived channels.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "std::ops::Not::not")]
    pub exclude_archived: bool,
    /// Where the page begins; none for the first.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Conversations per page, at most 999; Slack's own choice is 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A kind of conversation, as `users.conversations` and its kin name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConversationType {
    /// `public_channel`.
    PublicChannel,
    /// `private_channel`.
    PrivateChannel,
    /// `mpim`: a direct message between several.
    Mpim,
    /// `im`: a direct message between two.
    Im,
}

/// A kind that Slack does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of conversation")]
pub struct ConversationTypeError;

impl ConversationType {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::PublicChannel, Self::PrivateChannel, Self::Mpim, Self::Im];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PublicChannel => "public_channel",
            Self::PrivateChannel => "private_channel",
            Self::Mpim => "mpim",
            Self::Im => "im",
        }
    }

    /// The resource type of such conversations.
    pub const fn resource_type(self) -> ResourceType {
        match self {
            Self::PublicChannel => ResourceType::Channel,
            Self::PrivateChannel => ResourceType::Group,
            Self::Mpim => ResourceType::Mpim,
            Self::Im => ResourceType::Im,
        }
    }
}

impl fmt::Display for ConversationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ConversationType {
    type Err = ConversationTypeError;

    fn from_str(text: &str) -> Result<Self, ConversationTypeError> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or(ConversationTypeError)
    }
}

fn types<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ConversationType>, D::Error> {
    let list = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    list.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| item.parse().map_err(D::Error::custom))
        .collect()
}

/// One page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsersConversationsAnswer {
    /// The conversations.
    pub channels: Vec<Conversation>,
    /// Where the next page begins.
    #[serde(default, deserialize_with = "null_as_default")]
    pub response_metadata: ResponseMetadata,
}

impl Method for UsersConversations {
    const NAME: &'static str = "users.conversations";
    const IDEMPOTENT: bool = true;
    type Answer = UsersConversationsAnswer;
}

impl Paged for UsersConversations {
    type Item = Conversation;

    fn with_cursor(&self, cursor: String) -> Self {
        Self {
            cursor: Some(cursor),
            ..self.clone()
        }
    }

    fn page(answer: Self::Answer) -> Page<Conversation> {
        Page {
            items: answer.channels,
            next_cursor: answer.response_metadata.next_cursor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn real_pages_are_read_and_their_kinds_told_apart() {
        for (path, kinds) in [
            (
                "docs-examples/users.conversations.success.json",
                vec![ResourceType::Channel, ResourceType::Channel],
            ),
            (
                "docs-examples/users.conversations.success_with_mixed_results.json",
                vec![ResourceType::Mpim, ResourceType::Im, ResourceType::Im],
            ),
        ] {
            let first: UsersConversationsAnswer = answer(path);
            let again: UsersConversationsAnswer = serde_json::from_value(crate::wire::success(&first)).unwrap();
            assert_eq!(again, first, "{path}");
            let page = UsersConversations::page(first);
            let read: Vec<_> = page.items.iter().map(Conversation::resource_type).collect();
            assert_eq!(read, kinds, "{path}");
            assert!(page.next_cursor.is_some(), "{path}");
        }
    }

    #[test]
    fn the_call_of_an_organization_names_its_workspace() {
        let call = UsersConversations {
            types: vec![ConversationType::PrivateChannel, ConversationType::Mpim],
            team_id: Some("T1".parse().unwrap()),
            exclude_archived: true,
            limit: Some(200),
            ..UsersConversations::default()
        };
        let form = serde_urlencoded::to_string(&call).unwrap();
        assert_eq!(
            form,
            "types=private_channel%2Cmpim&team_id=T1&exclude_archived=true&limit=200"
        );
        assert_eq!(serde_urlencoded::from_str::<UsersConversations>(&form).unwrap(), call);
        assert!(serde_urlencoded::from_str::<UsersConversations>("types=im,galaxy").is_err());
    }
}
