//! What people and apps write.

use grantbook_api::events::{Envelope, Event};
use grantbook_core::{AppId, ResourceId, ResourceType, Tenant, Timestamp, UserId};
use serde::Serialize;
use serde_json::Value;

use super::{ActionError, Moment, World};

/// The most messages kept in one conversation; older ones are forgotten.
const KEPT: usize = 500;

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
}

impl Message {
    /// The message's name as Slack writes it: seconds, a dot, microseconds.
    pub fn ts(&self) -> String {
        format!("{}.{:06}", self.at.seconds(), self.at.micros().rem_euclid(1_000_000))
    }
}

impl World {
    /// Keeps a message, moved on by a microsecond where its moment is taken; answers it as kept.
    pub fn write(&mut self, channel: &ResourceId, mut message: Message) -> Message {
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
        let message = Message {
            at: moment.now,
            user: user.clone(),
            app: None,
            text: text.to_owned(),
            attachments: Value::Null,
            blocks: Value::Null,
        };
        let message = self.write(channel, message);
        let Some(app) = app else { return Ok(events) };
        if self
            .installation(&app, &team)
            .is_some_and(|i| i.holds(kind, "im:history") && i.reaches(kind, channel))
        {
            let event = Event::AppHomeMessage {
                user: Some(user.clone()),
                channel: channel.clone(),
                text: Some(message.text.clone()),
                ts: message.ts(),
                subtype: None,
            };
            let mut envelope = moment.envelope(&app, &team, event);
            envelope.authed_teams = vec![Tenant::Team(team)];
            events.push(envelope);
        }
        Ok(events)
    }
}
