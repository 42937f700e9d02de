//! `block_actions`: a button or menu of Block Kit.

use grantbook_core::{AppId, ResourceId, Tenant};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Map, Value, json};

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
pub(super) const KIND: &str = "block_actions";

/// What somebody did with the blocks of a message or view.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct BlockActions {
    /// Who acted.
    pub user: InteractionUser,
    /// The app.
    pub api_app_id: AppId,
    /// What the block stands in.
    #[serde(default, deserialize_with = "null_as_default")]
    pub container: Container,
    /// The proof that somebody has just acted.
    #[serde(default, deserialize_with = "optional")]
    pub trigger_id: Option<TriggerId>,
    /// The workspace; none for an org-wide install in some places.
    #[serde(default, deserialize_with = "optional_object")]
    pub team: Option<InteractionTeam>,
    /// The organization.
    #[serde(default, deserialize_with = "optional_object")]
    pub enterprise: Option<InteractionEnterprise>,
    /// Whether the app is installed in the whole organization at once.
    #[serde(default, deserialize_with = "flag")]
    pub is_enterprise_install: bool,
    /// The conversation; none in a view.
    #[serde(default, deserialize_with = "optional_object")]
    pub channel: Option<InteractionChannel>,
    /// The message as it was.
    #[serde(default)]
    pub message: Option<Value>,
    /// What the other inputs hold: `{"values":{block_id:{action_id:…}}}`.
    #[serde(default)]
    pub state: Option<Value>,
    /// Where to answer.
    #[serde(default, deserialize_with = "optional")]
    pub response_url: Option<ResponseUrl>,
    /// What was pressed or chosen: at least one thing, and in practice one.
    pub actions: Vec<BlockAction>,
}

/// What a block stands in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// `message`, `message_attachment` or `view`.
    #[serde(
        default,
        rename = "type",
        deserialize_with = "optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub kind: Option<String>,
    /// The message's name in its conversation.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub message_ts: Option<String>,
    /// The thread, where the message is a reply.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub thread_ts: Option<String>,
    /// The conversation.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ResourceId>,
    /// Whether only one person sees the message.
    #[serde(default, deserialize_with = "flag")]
    pub is_ephemeral: bool,
    /// The view, `V…`.
    #[serde(default, deserialize_with = "optional", skip_serializing_if = "Option::is_none")]
    pub view_id: Option<String>,
}

impl Container {
    /// A message in a conversation.
    pub fn message(channel: ResourceId, ts: impl Into<String>, is_ephemeral: bool) -> Self {
        Self {
            kind: Some("message".to_owned()),
            message_ts: Some(ts.into()),
            channel_id: Some(channel),
            is_ephemeral,
            ..Self::default()
        }
    }
}

/// One element of a block, and what was done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockAction {
    /// The element's name, chosen by the app.
    pub action_id: String,
    /// The block's name.
    pub block_id: String,
    /// The element's `type`, as in `button` or `static_select`.
    pub kind: String,
    /// When, in Slack's own spelling.
    pub action_ts: Option<String>,
    /// What was chosen: a button's value, options' values, ids, a date. Empty where nothing was.
    pub chosen: Vec<String>,
}

/// How an element's type writes what was chosen.
enum Writes {
    Text(&'static str),
    Texts(&'static str),
    Option,
    Options,
}

impl Writes {
    /// Element types of docs.slack.dev/reference/block-kit/block-elements; others write `value`.
    fn of(kind: &str) -> Self {
        match kind {
            "static_select" | "external_select" | "overflow" | "radio_buttons" => Self::Option,
            "multi_static_select" | "multi_external_select" | "checkboxes" => Self::Options,
            "users_select" => Self::Text("selected_user"),
            "conversations_select" => Self::Text("selected_conversation"),
            "channels_select" => Self::Text("selected_channel"),
            "multi_users_select" => Self::Texts("selected_users"),
            "multi_conversations_select" => Self::Texts("selected_conversations"),
            "multi_channels_select" => Self::Texts("selected_channels"),
            "datepicker" => Self::Text("selected_date"),
            "timepicker" => Self::Text("selected_time"),
            _ => Self::Text("value"),
        }
    }

    fn read(&self, fields: &Map<String, Value>) -> Option<Vec<String>> {
        let field = |name: &str| fields.get(name).filter(|value| !value.is_null());
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let option = |value: &Value| text(value.get("value")?);
        match self {
            Self::Text(name) => field(name).map_or(Some(Vec::new()), |value| Some(vec![text(value)?])),
            Self::Texts(name) => {
                field(name).map_or(Some(Vec::new()), |list| list.as_array()?.iter().map(text).collect())
            }
            Self::Option => field("selected_option").map_or(Some(Vec::new()), |value| Some(vec![option(value)?])),
            Self::Options => {
                field("selected_options").map_or(Some(Vec::new()), |list| list.as_array()?.iter().map(option).collect())
            }
        }
    }

    fn write(&self, chosen: &[String]) -> Option<(&'static str, Value)> {
        match self {
            Self::Text(name) => chosen.first().map(|text| (*name, json!(text))),
            Self::Texts(name) => Some((name, json!(chosen))),
            Self::Option => chosen
                .first()
                .map(|value| ("selected_option", json!({ "value": value }))),
            Self::Options => {
                let options: Vec<_> = chosen.iter().map(|value| json!({ "value": value })).collect();
                Some(("selected_options", json!(options)))
            }
        }
    }
}

impl BlockAction {
    /// A pressed button.
    pub fn button(action_id: impl Into<String>, block_id: impl Into<String>, value: Option<&str>) -> Self {
        Self {
            action_id: action_id.into(),
            block_id: block_id.into(),
            kind: "button".to_owned(),
            action_ts: None,
            chosen: value.map(str::to_owned).into_iter().collect(),
        }
    }

    /// The button's value, or the first thing chosen.
    pub fn value(&self) -> Option<&str> {
        self.chosen.first().map(String::as_str)
    }

    fn to_json(&self) -> Value {
        let mut action = without_nulls(json!({
            "action_id": self.action_id,
            "block_id": self.block_id,
            "type": self.kind,
            "action_ts": self.action_ts,
        }));
        if let Some((name, value)) = Writes::of(&self.kind).write(&self.chosen) {
            action[name] = value;
        }
        action
    }
}

#[derive(Deserialize)]
struct WireAction {
    action_id: String,
    #[serde(default, deserialize_with = "null_as_default")]
    block_id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "optional")]
    action_ts: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl<'de> Deserialize<'de> for BlockAction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = WireAction::deserialize(deserializer)?;
        let chosen = Writes::of(&wire.kind)
            .read(&wire.rest)
            .ok_or_else(|| D::Error::custom("what was chosen has another shape than its type promises"))?;
        Ok(Self {
            action_id: wire.action_id,
            block_id: wire.block_id,
            kind: wire.kind,
            action_ts: wire.action_ts,
            chosen,
        })
    }
}

impl BlockActions {
    /// Whose installation was used.
    pub fn tenant(&self) -> Option<Tenant> {
        parts::tenant(self.team.as_ref(), self.enterprise.as_ref(), self.is_enterprise_install)
    }

    /// The conversation, wherever the payload names it.
    pub fn channel_id(&self) -> Option<&ResourceId> {
        let channel = self.channel.as_ref().map(|channel| &channel.id);
        channel.or(self.container.channel_id.as_ref())
    }

    pub(super) fn from_json(payload: Value) -> Result<Self, InteractionError> {
        let blocks: Self = shape(payload)?;
        if blocks.actions.is_empty() {
            return Err(malformed("the field `actions` is empty"));
        }
        Ok(blocks)
    }

    pub(super) fn to_json(&self) -> Value {
        let actions: Vec<_> = self.actions.iter().map(BlockAction::to_json).collect();
        let mut payload = without_nulls(json!({
            "type": KIND,
            "user": self.user,
            "api_app_id": self.api_app_id,
            "container": self.container,
            "trigger_id": self.trigger_id,
            "is_enterprise_install": self.is_enterprise_install,
            "channel": self.channel,
            "message": self.message,
            "state": self.state,
            "response_url": self.response_url.as_ref().map(ResponseUrl::expose),
            "actions": actions,
        }));
        // Slack writes these two as `null` where there is none.
        payload["team"] = json!(self.team);
        payload["enterprise"] = json!(self.enterprise);
        payload
    }
}
