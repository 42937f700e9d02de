//! `interactive_message`: a button or menu in a legacy attachment.

use grantbook_core::Tenant;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Value, json};

use super::{
    InteractionChannel, InteractionEnterprise, InteractionError, InteractionTeam, InteractionUser, malformed, parts,
    shape,
};
use crate::{
    secret::ResponseUrl,
    trigger::TriggerId,
    wire::{flag, null_as_default, optional, optional_object, without_nulls},
};

/// The `type` on the wire.
pub(super) const KIND: &str = "interactive_message";

/// What somebody did with a message's attachment.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct InteractiveMessage {
    /// What was pressed or chosen: exactly one thing.
    #[serde(rename = "actions", deserialize_with = "exactly_one")]
    pub action: MessageAction,
    /// The attachment's `callback_id`, chosen by the app that posted it.
    pub callback_id: String,
    /// The workspace.
    #[serde(default, deserialize_with = "optional_object")]
    pub team: Option<InteractionTeam>,
    /// The organization, in newer payloads.
    #[serde(default, deserialize_with = "optional_object")]
    pub enterprise: Option<InteractionEnterprise>,
    /// Whether the app is installed in the whole organization at once.
    #[serde(default, deserialize_with = "flag")]
    pub is_enterprise_install: bool,
    /// Where the message is.
    pub channel: InteractionChannel,
    /// Who acted.
    pub user: InteractionUser,
    /// When, in Slack's own spelling, as in `1520966872.245369`.
    #[serde(default, deserialize_with = "optional")]
    pub action_ts: Option<String>,
    /// The message's name in its conversation.
    #[serde(default, deserialize_with = "optional")]
    pub message_ts: Option<String>,
    /// Which attachment of the message, counted from 1; text on the wire.
    #[serde(default, deserialize_with = "ordinal")]
    pub attachment_id: Option<u64>,
    /// Whether the attachment is a link that the app unfurled.
    #[serde(default, deserialize_with = "flag")]
    pub is_app_unfurl: bool,
    /// The message as it was; none for a message that only one person sees.
    #[serde(default)]
    pub original_message: Option<Value>,
    /// Where to answer.
    #[serde(default, deserialize_with = "optional")]
    pub response_url: Option<ResponseUrl>,
    /// The proof that somebody has just acted.
    #[serde(default, deserialize_with = "optional")]
    pub trigger_id: Option<TriggerId>,
}

/// One element of an attachment, and what was done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageAction {
    /// The element's name, chosen by the app.
    pub name: String,
    /// What was done.
    pub choice: Choice,
}

/// What was done with an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A button was pressed.
    Button {
        /// The button's value; blank where it has none.
        value: String,
    },
    /// Options of a menu were chosen; Slack's menus let people choose one.
    Select {
        /// The options' values.
        values: Vec<String>,
    },
}

impl MessageAction {
    /// A pressed button.
    pub fn button(name: impl Into<String>, value: impl Into<String>) -> Self {
        let choice = Choice::Button { value: value.into() };
        Self {
            name: name.into(),
            choice,
        }
    }

    /// A chosen option of a menu.
    pub fn select(name: impl Into<String>, value: impl Into<String>) -> Self {
        let values = vec![value.into()];
        Self {
            name: name.into(),
            choice: Choice::Select { values },
        }
    }

    /// The button's value, or the first option's.
    pub fn value(&self) -> Option<&str> {
        match &self.choice {
            Choice::Button { value } => Some(value),
            Choice::Select { values } => values.first().map(String::as_str),
        }
    }

    fn to_json(&self) -> Value {
        match &self.choice {
            Choice::Button { value } => json!({ "name": self.name, "type": "button", "value": value }),
            Choice::Select { values } => {
                let options: Vec<_> = values.iter().map(|value| json!({ "value": value })).collect();
                json!({ "name": self.name, "type": "select", "selected_options": options })
            }
        }
    }
}

#[derive(Deserialize)]
struct WireAction {
    name: String,
    #[serde(default, rename = "type", deserialize_with = "optional")]
    kind: Option<String>,
    value: Option<String>,
    selected_options: Option<Vec<WireOption>>,
}

#[derive(Deserialize)]
struct WireOption {
    value: String,
}

impl<'de> Deserialize<'de> for MessageAction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = WireAction::deserialize(deserializer)?;
        // A payload of GitHub's app has a menu without its type.
        let is_select = match wire.kind.as_deref() {
            Some("select") => true,
            Some("button") => false,
            Some(_) => return Err(D::Error::custom("an action is neither a button nor a select")),
            None => wire.selected_options.is_some(),
        };
        let choice = if is_select {
            let options = wire
                .selected_options
                .ok_or_else(|| D::Error::missing_field("selected_options"))?;
            Choice::Select {
                values: options.into_iter().map(|option| option.value).collect(),
            }
        } else {
            let value = wire.value.unwrap_or_default();
            Choice::Button { value }
        };
        Ok(Self {
            name: wire.name,
            choice,
        })
    }
}

fn exactly_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<MessageAction, D::Error> {
    let actions: Vec<MessageAction> = null_as_default(deserializer)?;
    let [action] = <[MessageAction; 1]>::try_from(actions)
        .map_err(|_| D::Error::custom("the field `actions` does not hold exactly one action"))?;
    Ok(action)
}

/// Slack writes the number as text, GitHub's recorded payloads as a number.
fn ordinal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let number = match Option::<Value>::deserialize(deserializer)? {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) if text.is_empty() => return Ok(None),
        Some(Value::String(text)) => text.parse().ok(),
        Some(other) => other.as_u64(),
    };
    number
        .map(Some)
        .ok_or_else(|| D::Error::custom("the field `attachment_id` is not a number"))
}

impl InteractiveMessage {
    /// Whose installation was used.
    pub fn tenant(&self) -> Option<Tenant> {
        parts::tenant(self.team.as_ref(), self.enterprise.as_ref(), self.is_enterprise_install)
    }

    pub(super) fn from_json(payload: Value) -> Result<Self, InteractionError> {
        let message: Self = shape(payload)?;
        if message.callback_id.is_empty() {
            return Err(malformed("the field `callback_id` is blank"));
        }
        Ok(message)
    }

    pub(super) fn to_json(&self) -> Value {
        without_nulls(json!({
            "type": KIND,
            "actions": [self.action.to_json()],
            "callback_id": self.callback_id,
            "team": self.team,
            "enterprise": self.enterprise,
            "is_enterprise_install": self.is_enterprise_install.then_some(true),
            "channel": self.channel,
            "user": self.user,
            "action_ts": self.action_ts,
            "message_ts": self.message_ts,
            "attachment_id": self.attachment_id.map(|id| id.to_string()),
            "is_app_unfurl": self.is_app_unfurl,
            "original_message": self.original_message,
            "response_url": self.response_url.as_ref().map(ResponseUrl::expose),
            "trigger_id": self.trigger_id,
        }))
    }
}
