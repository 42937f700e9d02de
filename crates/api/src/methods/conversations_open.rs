//! `conversations.open`: the direct-message conversation with one or more people, opened where there is none.

use grantbook_core::{ResourceId, UserId};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::Method;
use crate::wire::{null_as_default, with_commas};

/// With whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationsOpen {
    /// The people, at most eight; commas on the wire.
    #[serde(default, deserialize_with = "user_list", serialize_with = "with_commas")]
    pub users: Vec<UserId>,
}

/// The conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationsOpenAnswer {
    /// The conversation.
    pub channel: OpenedConversation,
    /// Whether it was open before.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub already_open: bool,
}

/// An open conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedConversation {
    /// `D…` for one person, `G…` or `C…` for several.
    pub id: ResourceId,
}

fn user_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<UserId>, D::Error> {
    let list = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    list.split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(|id| UserId::new(id).map_err(|_| D::Error::custom("the field `users` is not a list of user ids")))
        .collect()
}

impl Method for ConversationsOpen {
    const NAME: &'static str = "conversations.open";
    const IDEMPOTENT: bool = true;
    type Answer = ConversationsOpenAnswer;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn people_travel_with_commas() {
        let call = ConversationsOpen {
            users: vec![UserId::new("U1").unwrap(), UserId::new("W2").unwrap()],
        };
        let form = serde_urlencoded::to_string(&call).unwrap();
        assert_eq!(form, "users=U1%2CW2");
        assert_eq!(serde_urlencoded::from_str::<ConversationsOpen>(&form).unwrap(), call);
        assert!(serde_urlencoded::from_str::<ConversationsOpen>("users=C1").is_err());
    }

    #[test]
    fn real_answers_are_read() {
        let opened: ConversationsOpenAnswer = answer("docs-examples/conversations.open.success.json");
        assert_eq!(opened.channel.id.as_str(), "D069C7QFK");
        let again: ConversationsOpenAnswer = serde_json::from_value(crate::wire::success(&opened)).unwrap();
        assert_eq!(again, opened);
    }
}
