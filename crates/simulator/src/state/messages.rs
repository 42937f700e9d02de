//! What people and apps write.

use grantbook_api::{
    TriggerId,
    events::{Envelope, Event},
};
use grantbook_core::{AppId, ResourceId, ResourceType, TeamId, Tenant, Timestamp, UserId};
use serde::Serialize;
use serde_json::{Value, json};

use super::{ActionError, Moment, World};

/// The most messages kept in one conversation; older ones are forgotten.
const KEPT: usize = 500;

/// Who speaks when Slack itself does.
pub(crate) const SLACKBOT: &str = "USLACKBOT";

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Message {
    /// When it was written; no two in a conversation share it.
    pub at: Timestamp,
    /// Who wrote it: a person, or an app's own user.
    pub user: UserId,
    /// The app that wrote it, if an app did.
    pub app: Option<AppId>,
    /// What it says.
    pub text: String,
    /// Legacy attachments, an array or null.
    pub attachments: Value,
    /// Block Kit, an array or null.
    pub blocks: Value,
    /// The one person who sees it; none when everybody in the conversation does.
    pub only_for: Option<UserId>,
    /// When it was last changed.
    pub edited: Option<Timestamp>,
    /// The trigger of whoever pressed something in it last.
    pub pressed: Option<TriggerId>,
}

impl Message {
    /// A message of text, for everybody.
    pub fn new(at: Timestamp, user: UserId, app: Option<AppId>, text: impl Into<String>) -> Self {
        Self {
            at,
            user,
            app,
            text: text.into(),
            attachments: Value::Null,
            blocks: Value::Null,
            only_for: None,
            edited: None,
            pressed: None,
        }
    }

    /// Whether a person of the conversation sees it.
    pub fn is_shown_to(&self, user: &UserId) -> bool {
        self.only_for.as_ref().is_none_or(|only| only == user)
    }

    /// Whether an app's list, of attachments or blocks, holds nothing.
    pub(crate) fn is_blank(list: &Value) -> bool {
        list.is_null() || list.as_array().is_some_and(Vec::is_empty)
    }

    /// The message as the Web API and interactions show it.
    pub fn to_json(&self) -> Value {
        let mut value = json!({
            "type": "message",
            "user": self.user,
            "text": self.text,
            "ts": self.ts(),
        });
        if let Some(app) = &self.app {
            value["app_id"] = json!(app);
        }
        for (name, list) in [("attachments", &self.attachments), ("blocks", &self.blocks)] {
            if !Self::is_blank(list) {
                value[name] = list.clone();
            }
        }
        if let Some(edited) = self.edited {
            value["edited"] = json!({ "user": self.user, "ts": seconds_and_micros(edited) });
        }
        value
    }

    /// The message's name as Slack writes it: seconds, a dot, microseconds.
    pub fn ts(&self) -> String {
        seconds_and_micros(self.at)
    }
}

/// Gives a name to each block and control without one, as Slack does, so that presses can say where.
pub(crate) fn name_blocks(blocks: &mut Value) {
    for (at, block) in blocks.as_array_mut().into_iter().flatten().enumerate() {
        name(block, "block_id", || format!("block{}", at + 1));
        let (mut number, mut elements) = (0, Vec::new());
        if block["type"] == "actions" {
            elements.extend(block["elements"].as_array_mut().into_iter().flatten());
        } else if block["accessory"].is_object() {
            elements.push(&mut block["accessory"]);
        }
        for element in elements {
            number += 1;
            name(element, "action_id", || format!("action{}-{number}", at + 1));
        }
    }
}

fn name(part: &mut Value, field: &str, otherwise: impl FnOnce() -> String) {
    if let Value::Object(fields) = part
        && fields.get(field).and_then(Value::as_str).is_none_or(str::is_empty)
    {
        fields.insert(field.to_owned(), Value::String(otherwise()));
    }
}

/// A moment as Slack writes it in names of messages: `1497911545.000200`.
pub(crate) fn seconds_and_micros(moment: Timestamp) -> String {
    format!("{}.{:06}", moment.seconds(), moment.micros().rem_euclid(1_000_000))
}

impl World {
    /// Keeps a message, moved on by a microsecond where its moment is taken; answers it as kept.
    pub fn write(&mut self, channel: &ResourceId, mut message: Message) -> Message {
        name_blocks(&mut message.blocks);
        let log = self.messages.entry(channel.clone()).or_default();
        if let Some(last) = log.last().filter(|last| last.at >= message.at) {
            message.at = Timestamp::from_micros(last.at.micros() + 1);
        }
        log.push(message.clone());
        if log.len() > KEPT {
            log.drain(..log.len() - KEPT);
        }
        message
    }

    /// A message by its name, `ts`.
    pub fn message(&self, channel: &ResourceId, ts: &str) -> Option<&Message> {
        self.messages.get(channel)?.iter().rev().find(|m| m.ts() == ts)
    }

    /// The same, to be changed.
    pub(crate) fn message_mut(&mut self, channel: &ResourceId, ts: &str) -> Option<&mut Message> {
        self.messages.get_mut(channel)?.iter_mut().rev().find(|m| m.ts() == ts)
    }

    /// A message as apps see it in a workspace: with the bot that wrote it, where one did.
    pub(crate) fn signed(&self, message: &Message, team: &TeamId) -> Value {
        let mut value = message.to_json();
        let installation = message.app.as_ref().and_then(|app| self.installation(app, team));
        let bot = installation.filter(|installation| installation.app_user == message.user);
        if let Some(bot) = bot.and_then(|installation| installation.bot.as_ref()) {
            value["bot_id"] = json!(bot.id);
        }
        value["team"] = json!(team);
        value
    }

    /// Takes a message away; answers whether it was there.
    pub(crate) fn unwrite(&mut self, channel: &ResourceId, ts: &str) -> bool {
        let Some(log) = self.messages.get_mut(channel) else {
            return false;
        };
        let before = log.len();
        log.retain(|message| message.ts() != ts);
        log.len() < before
    }

    /// Slack itself tells one person something where they are.
    pub(crate) fn tell(&mut self, now: Timestamp, channel: &ResourceId, user: &UserId, text: String) {
        // Well formed; the `else` spares an impossible error.
        let Ok(slackbot) = UserId::new(SLACKBOT) else { return };
        let mut message = Message::new(now, slackbot, None, text);
        message.only_for = Some(user.clone());
        self.write(channel, message);
    }

    /// A person writes. In an app home the app is told (`message.app_home`); the first message there
    /// grants the conversation to the app.
    pub(super) fn post_message(
        &mut self,
        moment: &mut Moment<'_>,
        channel: &ResourceId,
        user: &UserId,
        text: &str,
    ) -> Result<Vec<Envelope>, ActionError> {
        let conversation = self
            .conversations
            .get(channel)
            .ok_or_else(|| ActionError::NoConversation(channel.clone()))?;
        if !conversation.is_visible_to(user) {
            return Err(ActionError::NoConversation(channel.clone()));
        }
        let (kind, team, app) = (conversation.kind, conversation.team.clone(), conversation.app.clone());
        let mut events = Vec::new();
        if let Some(app) = app.as_ref().filter(|_| kind == ResourceType::AppHome)
            && self.installation(app, &team).is_some_and(|i| !i.reaches(kind, channel))
        {
            events = self.add_resource(moment, app, &team, channel)?;
        }
        let message = self.write(channel, Message::new(moment.now, user.clone(), None, text));
        let Some(app) = app else { return Ok(events) };
        if self
            .installation(&app, &team)
            .is_some_and(|i| i.holds(kind, "im:history") && i.reaches(kind, channel))
        {
            events.push(self.tell_app(moment, &app, team, channel, &message));
        }
        Ok(events)
    }

    /// An app hears what was written to it: `message.app_home`, and in the case of an app of today `message.im`.
    fn tell_app(
        &self,
        moment: &mut Moment<'_>,
        app: &AppId,
        team: TeamId,
        channel: &ResourceId,
        message: &Message,
    ) -> Envelope {
        if self.is_modern(app) {
            let payload = json!({
                "type": "message", "channel_type": "im", "channel": channel, "user": message.user,
                "text": message.text, "ts": message.ts(), "event_ts": message.ts(), "team": team,
            });
            let kind = "message".to_owned();
            return self.wrap(moment, app, &team, Event::Unknown { kind, payload });
        }
        let event = Event::AppHomeMessage {
            user: Some(message.user.clone()),
            channel: channel.clone(),
            text: Some(message.text.clone()),
            ts: message.ts(),
            subtype: None,
        };
        let mut envelope = moment.envelope(app, &team, event);
        envelope.authed_teams = vec![Tenant::Team(team)];
        envelope
    }
}
