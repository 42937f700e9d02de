//! `chat.postMessage`, `chat.postEphemeral` and `chat.update`: a workspace app writes where it was added,
//! as itself and nobody else.

use grantbook_api::{
    ErrorCode,
    methods::{ChatPostMessage, ChatPostMessageAnswer},
};
use grantbook_core::UserId;
use serde_json::json;

use super::{
    answer::{Done, Refusal},
    arguments::Arguments,
    places,
    web_api::Caller,
};
use crate::state::{Message, Moment, World, messages::name_blocks};

/// The longest text, in characters.
const LONGEST: usize = 40_000;

/// What would make a message look like somebody else's.
const DISGUISES: [&str; 3] = ["username", "icon_url", "icon_emoji"];

pub(super) fn post_message(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    refuse_disguise(arguments)?;
    let call = content(world, caller, arguments)?;
    refuse_empty(&call)?;
    let events = places::open_home(world, moment, caller, &call.channel)?;
    let (channel, user) = places::writable(world, caller, &call.channel)?;
    let message = Message {
        attachments: call.attachments.unwrap_or_default(),
        blocks: call.blocks.unwrap_or_default(),
        ..Message::new(
            moment.now,
            user,
            Some(caller.app.clone()),
            call.text.unwrap_or_default(),
        )
    };
    let message = world.write(&channel, message);
    let answer = ChatPostMessageAnswer {
        channel,
        ts: message.ts(),
        message: message.to_json(),
    };
    Ok(Done {
        events,
        ..Done::with(&answer)
    })
}

/// A message that one person sees, where they are; it cannot be changed afterwards.
pub(super) fn post_ephemeral(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    refuse_disguise(arguments)?;
    let call = content(world, caller, arguments)?;
    let reader = arguments.required("user")?;
    let reader = UserId::new(&reader).map_err(|_| ErrorCode::UserNotFound)?;
    refuse_empty(&call)?;
    let (channel, user) = places::writable(world, caller, &call.channel)?;
    let there = world
        .conversations
        .get(&channel)
        .is_some_and(|c| c.members.contains(&reader));
    if !there || world.is_deactivated(&reader) {
        return Err(ErrorCode::from("user_not_in_channel").into());
    }
    let message = Message {
        attachments: call.attachments.unwrap_or_default(),
        blocks: call.blocks.unwrap_or_default(),
        only_for: Some(reader),
        ..Message::new(
            moment.now,
            user,
            Some(caller.app.clone()),
            call.text.unwrap_or_default(),
        )
    };
    let message = world.write(&channel, message);
    Ok(Done::with(&json!({ "message_ts": message.ts() })))
}

/// Changes a message of the app's own. What is not sent stays as it was.
pub(super) fn update(
    world: &mut World,
    moment: &Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let call = content(world, caller, arguments)?;
    let ts = arguments.required("ts")?;
    let (channel, user) = places::writable(world, caller, &call.channel)?;
    let message = world.message_mut(&channel, &ts).filter(|m| m.only_for.is_none());
    let message = message.ok_or_else(|| ErrorCode::from("message_not_found"))?;
    if message.app.as_ref() != Some(&caller.app) || message.user != user {
        return Err(ErrorCode::from("cant_update_message").into());
    }
    let mut changed = Message {
        text: call.text.unwrap_or_else(|| message.text.clone()),
        attachments: call.attachments.unwrap_or_else(|| message.attachments.clone()),
        blocks: call.blocks.unwrap_or_else(|| message.blocks.clone()),
        edited: Some(moment.now),
        ..message.clone()
    };
    if changed.text.is_empty() && Message::is_blank(&changed.attachments) && Message::is_blank(&changed.blocks) {
        return Err(ErrorCode::NoText.into());
    }
    name_blocks(&mut changed.blocks);
    *message = changed;
    let answer = json!({ "channel": channel, "ts": ts, "text": message.text, "message": message.to_json() });
    Ok(Done::with(&answer))
}

/// No impersonation (I).
fn refuse_disguise(arguments: &Arguments) -> Result<(), Refusal> {
    let disguised = DISGUISES.iter().any(|name| arguments.text(name).is_some());
    if disguised || arguments.is_true("as_user") {
        return Err(ErrorCode::AsUserNotSupported.into());
    }
    Ok(())
}

/// What to write, once it is clear that the caller may write at all.
fn content(world: &World, caller: &Caller, arguments: &Arguments) -> Result<ChatPostMessage, Refusal> {
    places::check_writes(world, caller)?;
    if arguments.text("channel").is_none() {
        return Err(ErrorCode::ChannelNotFound.into());
    }
    let call: ChatPostMessage = arguments.typed()?;
    if call.text.as_ref().is_some_and(|text| text.chars().count() > LONGEST) {
        return Err(ErrorCode::MessageTooLong.into());
    }
    let attachments = call.attachments.as_ref().and_then(serde_json::Value::as_array);
    if attachments.is_some_and(|list| list.len() > 100) {
        return Err(ErrorCode::TooManyAttachments.into());
    }
    Ok(call)
}

fn refuse_empty(call: &ChatPostMessage) -> Result<(), Refusal> {
    let filled = [&call.attachments, &call.blocks]
        .into_iter()
        .flatten()
        .any(|list| !Message::is_blank(list));
    if filled || call.text.as_ref().is_some_and(|text| !text.is_empty()) {
        Ok(())
    } else {
        Err(ErrorCode::NoText.into())
    }
}
