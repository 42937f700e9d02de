//! Hooks: what Slack remembers of a press or a command, and the `response_url` by which the app may
//! reply to it without a token: five times, within thirty minutes (D.2).

use std::{collections::BTreeMap, fmt};

use grantbook_api::TriggerId;
use grantbook_core::{AppId, ResourceId, TeamId, Timestamp, UserId};
use serde_json::Value;

use super::{Message, Moment, World, messages::name_blocks};

/// How often a `response_url` can be used.
pub(crate) const USES: u8 = 5;

/// How long, in seconds of the clock.
pub(crate) const LIFETIME_SECONDS: i64 = 1_800;

/// The hooks kept; older ones are forgotten and answer as if they had expired.
const KEPT: usize = 10_000;

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Pressed a button, or chose from a menu, of a legacy attachment.
    Attachment,
    /// The same in Block Kit.
    Block,
    /// Typed a slash command.
    Command,
}

impl Deed {
    /// The first part of the `response_url`'s path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Attachment | Self::Block => "actions",
            Self::Command => "commands",
        }
    }

    /// What the log calls the form that tells the app.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attachment => "interactive_message",
            Self::Block => "block_actions",
            Self::Command => "slash_command",
        }
    }
}

/// One press or command, and where replies to it go.
#[derive(Clone)]
pub struct Hook {
    /// What was done.
    pub deed: Deed,
    /// To which app.
    pub app: AppId,
    /// In which workspace.
    pub team: TeamId,
    /// By whom.
    pub user: UserId,
    /// Where.
    pub channel: ResourceId,
    /// The message that was pressed, by its `ts`.
    pub message: Option<String>,
    /// What was pressed, in the words on it, or the command as it was typed.
    pub words: String,
    /// The trigger the app was handed.
    pub trigger_id: TriggerId,
    /// When.
    pub at: Timestamp,
    /// How often its address was used.
    pub uses: u8,
    /// Whether everybody was shown what was typed.
    pub(super) shown: bool,
    pub(super) secret: String,
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut hook = f.debug_struct("Hook");
        hook.field("deed", &self.deed).field("trigger_id", &self.trigger_id);
        hook.field("at", &self.at)
            .field("uses", &self.uses)
            .finish_non_exhaustive()
    }
}

/// The latest hooks.
#[derive(Clone, Debug, Default)]
pub struct Hooks {
    kept: BTreeMap<u64, Hook>,
    last: u64,
}

impl Hooks {
    /// The press or command that a trigger belongs to.
    pub fn of_trigger(&self, id: &TriggerId) -> Option<&Hook> {
        self.kept.values().rev().find(|hook| hook.trigger_id == *id)
    }

    /// The latest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Hook> {
        self.kept.values().rev()
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Hook> {
        self.kept.get(&id)
    }

    pub(super) fn keep(&mut self, hook: Hook) -> u64 {
        self.last += 1;
        self.kept.insert(self.last, hook);
        if self.kept.len() > KEPT {
            self.kept.pop_first();
        }
        self.last
    }
}

/// Why a `response_url` does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookFault {
    /// Its thirty minutes are over, or nobody knows it.
    Expired,
    /// It was used five times.
    Used,
    /// What was posted is no message.
    InvalidPayload,
    /// The message is empty.
    NoText,
}

impl HookFault {
    /// What Slack answers, as plain text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired_url",
            Self::Used => "used_url",
            Self::InvalidPayload => "invalid_payload",
            Self::NoText => "no_text",
        }
    }
}

/// What an app replies to a press or a command.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    in_channel: bool,
    replace_original: Option<bool>,
    delete_original: bool,
    text: String,
    attachments: Value,
    blocks: Value,
}

impl Reply {
    /// Reads a JSON message.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, HookFault> {
        let Ok(Value::Object(mut fields)) = serde_json::from_slice(body) else {
            return Err(HookFault::InvalidPayload);
        };
        let flag = |value: Option<&Value>| match value {
            Some(Value::Bool(flag)) => Some(*flag),
            Some(Value::String(text)) => Some(text == "true"),
            _ => None,
        };
        let in_channel = fields.get("response_type").is_some_and(|kind| kind == "in_channel");
        let replace_original = flag(fields.get("replace_original"));
        let delete_original = flag(fields.get("delete_original")).unwrap_or(false);
        let text = fields
            .get("text")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let mut list = |name: &str| match fields.remove(name) {
            Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or_default(),
            Some(list @ Value::Array(_)) => list,
            _ => Value::Null,
        };
        let (attachments, blocks) = (list("attachments"), list("blocks"));
        let empty = text.is_empty() && Message::is_blank(&attachments) && Message::is_blank(&blocks);
        if empty && !delete_original {
            return Err(HookFault::NoText);
        }
        Ok(Self {
            in_channel,
            replace_original,
            delete_original,
            text,
            attachments,
            blocks,
        })
    }

    /// Plain text, for the person alone.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self {
            in_channel: false,
            replace_original: None,
            delete_original: false,
            text: text.into(),
            attachments: Value::Null,
            blocks: Value::Null,
        }
    }
}

impl World {
    /// Posts a reply through a `response_url`. Unless it says `replace_original`, it is a new message.
    pub(crate) fn reply_by_url(
        &mut self,
        moment: &Moment<'_>,
        address: (&str, &str, u64, &str),
        body: &[u8],
    ) -> Result<(), HookFault> {
        let (path, team, id, secret) = address;
        let hook = self.hooks.kept.get_mut(&id);
        let hook = hook
            .filter(|hook| hook.deed.path() == path && hook.team.as_str() == team && hook.secret == secret)
            .filter(|hook| moment.now < hook.at.plus_seconds(LIFETIME_SECONDS))
            .ok_or(HookFault::Expired)?;
        if hook.uses >= USES {
            return Err(HookFault::Used);
        }
        let reply = Reply::parse(body)?;
        hook.uses += 1;
        self.reply(moment, id, reply, false);
        Ok(())
    }

    /// Does what a reply says. `replaces` is what happens to the original when the reply is silent on it.
    pub(crate) fn reply(&mut self, moment: &Moment<'_>, id: u64, reply: Reply, replaces: bool) {
        let Some(hook) = self.hooks.kept.get(&id).cloned() else {
            return;
        };
        if let (Some(original), true) = (&hook.message, reply.delete_original) {
            self.unwrite(&hook.channel, original);
            return;
        }
        let original = hook
            .message
            .as_ref()
            .filter(|_| reply.replace_original.unwrap_or(replaces));
        if let Some(message) = original.and_then(|ts| self.message_mut(&hook.channel, ts)) {
            message.text = reply.text;
            message.attachments = reply.attachments;
            message.blocks = reply.blocks;
            name_blocks(&mut message.blocks);
            message.edited = Some(moment.now);
            return;
        }
        if reply.in_channel && hook.deed == Deed::Command && !hook.shown {
            // Slack shows everybody what was typed, together with the first reply for everybody.
            let typed = Message::new(moment.now, hook.user.clone(), None, hook.words.clone());
            self.write(&hook.channel, typed);
            if let Some(hook) = self.hooks.kept.get_mut(&id) {
                hook.shown = true;
            }
        }
        let Some(installation) = self.installation(&hook.app, &hook.team) else {
            return;
        };
        let mut message = Message::new(moment.now, installation.app_user.clone(), Some(hook.app), reply.text);
        message.attachments = reply.attachments;
        message.blocks = reply.blocks;
        message.only_for = (!reply.in_channel).then_some(hook.user);
        self.write(&hook.channel, message);
    }
}
