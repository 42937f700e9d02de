//! `chat.{postMessage,postEphemeral,update,delete}` for today's tokens.
//!
//! Writing needs membership, except in public channels with `chat:write.public`. A person's id in
//! place of a conversation means their direct messages with the bot, opened where needed.

use grantbook_api::{
    ErrorCode,
    methods::{ChatPostMessage, ChatPostMessageAnswer},
};
use grantbook_core::{ResourceId, ResourceType, UserId};
use serde_json::{Value, json};

use super::{
    super::{
        answer::{Done, Refusal},
        arguments::Arguments,
        web_api::Caller,
    },
    held, is_member, is_visible, speaker,
};
use crate::state::{Conversation, Message, Moment, TokenKind, World, messages::name_blocks};

/// The longest text, in characters.
const LONGEST: usize = 40_000;

/// The most legacy attachments.
const ATTACHMENTS: usize = 100;

pub(super) fn post_message(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let content = content(arguments)?;
    let channel = place(world, moment, caller, arguments)?;
    let message = content.message(moment, speaker(world, caller)?, caller);
    let message = world.write(&channel, message);
    Ok(Done::with(&ChatPostMessageAnswer {
        channel,
        ts: message.ts(),
        message: world.signed(&message, &caller.team),
    }))
}

pub(super) fn post_ephemeral(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let content = content(arguments)?;
    let channel = place(world, moment, caller, arguments)?;
    let user = arguments.text("user").and_then(|id| UserId::new(id).ok());
    let user = user.filter(|user| {
        world
            .conversations
            .get(&channel)
            .is_some_and(|c| c.members.contains(user))
    });
    let user = user.ok_or_else(|| ErrorCode::from("user_not_in_channel"))?;
    let mut message = content.message(moment, speaker(world, caller)?, caller);
    message.only_for = Some(user);
    let message = world.write(&channel, message);
    Ok(Done::with(&json!({ "message_ts": message.ts() })))
}

pub(super) fn update(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let change = Change::read(arguments)?;
    let (channel, ts) = own_message(world, caller, arguments, "cant_update_message")?;
    let message = world.message_mut(&channel, &ts);
    let message = message.ok_or_else(|| ErrorCode::from("message_not_found"))?;
    change.apply(message);
    message.edited = Some(moment.now);
    let message = message.clone();
    Ok(Done::with(&json!({
        "channel": channel,
        "ts": ts,
        "text": message.text,
        "message": world.signed(&message, &caller.team),
    })))
}

/// What a message becomes: with a text, only what is sent; without one, the rest stays (docs.slack.dev, `chat.update`).
struct Change {
    content: Content,
    keeps_attachments: bool,
    keeps_blocks: bool,
    keeps_text: bool,
}

impl Change {
    fn read(arguments: &Arguments) -> Result<Self, Refusal> {
        let content = content(arguments)?;
        let keeps_text = content.text.is_empty();
        let sent = |name: &str| arguments.value(name).is_some_and(|value| !value.is_null());
        Ok(Self {
            keeps_attachments: keeps_text && !sent("attachments"),
            keeps_blocks: keeps_text && !sent("blocks"),
            keeps_text,
            content,
        })
    }

    fn apply(self, message: &mut Message) {
        if !self.keeps_text {
            message.text = self.content.text;
        }
        if !self.keeps_attachments {
            message.attachments = self.content.attachments;
        }
        if !self.keeps_blocks {
            message.blocks = self.content.blocks;
            name_blocks(&mut message.blocks);
        }
    }
}

pub(super) fn delete(world: &mut World, caller: &Caller, arguments: &Arguments) -> Result<Done, Refusal> {
    let (channel, ts) = own_message(world, caller, arguments, "cant_delete_message")?;
    world.unwrite(&channel, &ts);
    Ok(Done::with(&json!({ "channel": channel, "ts": ts })))
}

struct Content {
    text: String,
    attachments: Value,
    blocks: Value,
}

impl Content {
    fn message(self, moment: &Moment<'_>, user: UserId, caller: &Caller) -> Message {
        let app = Some(caller.app.clone());
        Message {
            attachments: self.attachments,
            blocks: self.blocks,
            ..Message::new(moment.now, user, app, self.text)
        }
    }
}

fn content(arguments: &Arguments) -> Result<Content, Refusal> {
    if arguments.text("channel").is_none() {
        return Err(ErrorCode::ChannelNotFound.into());
    }
    let call: ChatPostMessage = arguments.typed()?;
    let (attachments, blocks) = (call.attachments.unwrap_or_default(), call.blocks.unwrap_or_default());
    let text = call.text.unwrap_or_default();
    if text.is_empty() && Message::is_blank(&attachments) && Message::is_blank(&blocks) {
        return Err(ErrorCode::NoText.into());
    }
    if text.chars().count() > LONGEST {
        return Err(ErrorCode::MessageTooLong.into());
    }
    if attachments.as_array().is_some_and(|list| list.len() > ATTACHMENTS) {
        return Err(ErrorCode::TooManyAttachments.into());
    }
    Ok(Content {
        text,
        attachments,
        blocks,
    })
}

/// Where to write: a conversation by id or `#name`, or a person's direct messages by their id.
fn place(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<ResourceId, Refusal> {
    let name = arguments.text("channel").ok_or(ErrorCode::ChannelNotFound)?;
    if let Ok(user) = UserId::new(&name)
        && caller.kind == TokenKind::Bot
    {
        let home = world.open_with(moment, &caller.app, &caller.team, &[user]);
        return home.map(|(id, _)| id).map_err(|_| ErrorCode::ChannelNotFound.into());
    }
    let bare = name.trim_start_matches('#');
    let by_id = ResourceId::new(&name).ok().and_then(|id| world.conversations.get(&id));
    let found = by_id.or_else(|| {
        let named = |c: &&Conversation| c.kind == ResourceType::Channel && c.team == caller.team && c.name == bare;
        world.conversations.values().find(named)
    });
    let found = found.filter(|found| is_visible(world, caller, found));
    let found = found.ok_or(ErrorCode::ChannelNotFound)?;
    let open = found.kind == ResourceType::Channel && held(world, caller).contains("chat:write.public");
    if open || is_member(world, caller, found) {
        Ok(found.id.clone())
    } else {
        Err(ErrorCode::NotInChannel.into())
    }
}

/// A message that the caller wrote.
fn own_message(
    world: &World,
    caller: &Caller,
    arguments: &Arguments,
    refusal: &str,
) -> Result<(ResourceId, String), Refusal> {
    let channel = arguments.text("channel").and_then(|id| ResourceId::new(id).ok());
    let found = channel.and_then(|id| world.conversations.get(&id));
    let found = found.filter(|found| is_visible(world, caller, found));
    let channel = found.ok_or(ErrorCode::ChannelNotFound)?.id.clone();
    let ts = arguments.text("ts").unwrap_or_default();
    let message = world
        .message(&channel, &ts)
        .filter(|message| message.only_for.is_none());
    let message = message.ok_or_else(|| ErrorCode::from("message_not_found"))?;
    if message.user != speaker(world, caller)? {
        return Err(ErrorCode::from(refusal).into());
    }
    Ok((channel, ts))
}
