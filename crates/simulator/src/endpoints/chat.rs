//! `chat.postMessage`: as a workspace app, only where it was added.

use grantbook_api::{
    ErrorCode,
    methods::{ChatPostMessage, ChatPostMessageAnswer},
};
use grantbook_core::{ResourceId, ResourceType, UserId};
use serde_json::{Value, json};

use super::{
    answer::{Done, Refusal},
    arguments::Arguments,
    web_api::Caller,
};
use crate::state::{Conversation, Message, Moment, World};

const SCOPE: &str = "chat:write";

/// The longest text, in characters.
const LONGEST: usize = 40_000;

pub(super) fn post_message(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    if arguments.is_true("as_user") {
        return Err(ErrorCode::AsUserNotSupported.into());
    }
    let installation = caller.installation(world)?;
    if !installation.scopes.values().any(|held| held.contains(SCOPE)) {
        return Err(Refusal::missing_scope(SCOPE, &installation.all_scopes()));
    }
    if arguments.text("channel").is_none() {
        return Err(ErrorCode::ChannelNotFound.into());
    }
    let call: ChatPostMessage = arguments.typed()?;
    let text = call.text.unwrap_or_default();
    let (attachments, blocks) = (call.attachments.unwrap_or_default(), call.blocks.unwrap_or_default());
    if text.is_empty() && is_blank(&attachments) && is_blank(&blocks) {
        return Err(ErrorCode::NoText.into());
    }
    if text.chars().count() > LONGEST {
        return Err(ErrorCode::MessageTooLong.into());
    }
    if attachments.as_array().is_some_and(|list| list.len() > 100) {
        return Err(ErrorCode::TooManyAttachments.into());
    }
    let conversation = find(world, caller, &call.channel).ok_or(ErrorCode::ChannelNotFound)?;
    let (channel, kind) = (conversation.id.clone(), conversation.kind);
    if !installation.holds(kind, SCOPE) {
        return Err(Refusal::missing_scope(SCOPE, &installation.all_scopes()));
    }
    if !installation.reaches(kind, &channel) {
        return Err(ErrorCode::NoPermission.into());
    }
    let user = installation.app_user.clone();
    let message = Message {
        at: moment.now,
        user,
        app: Some(caller.app.clone()),
        text,
        attachments,
        blocks,
    };
    let message = world.write(&channel, message);
    Ok(Done::with(&ChatPostMessageAnswer {
        channel,
        ts: message.ts(),
        message: written(&message),
    }))
}

/// A conversation the app may know of: by id, by `#name`, or a person's app home by their user id.
/// Private conversations it was not added to do not exist for it.
fn find<'a>(world: &'a World, caller: &Caller, name: &str) -> Option<&'a Conversation> {
    let installation = world.installation(&caller.app, &caller.team)?;
    if let Ok(user) = UserId::new(name) {
        return world.app_home(&caller.app, &caller.team, &user);
    }
    let bare = name.trim_start_matches('#');
    let by_name = |c: &&Conversation| c.kind == ResourceType::Channel && c.team == caller.team && c.name == bare;
    let by_id = ResourceId::new(name).ok().and_then(|id| world.conversations.get(&id));
    let found = by_id
        .or_else(|| world.conversations.values().find(by_name))
        .filter(|c| c.team == caller.team)?;
    let visible = match found.kind {
        ResourceType::Channel => true,
        ResourceType::AppHome => found.app.as_ref() == Some(&caller.app),
        kind => installation.reaches(kind, &found.id),
    };
    visible.then_some(found)
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn written(message: &Message) -> Value {
    let mut value = json!({
        "type": "message",
        "user": message.user,
        "app_id": message.app,
        "text": message.text,
        "ts": message.ts(),
    });
    for (name, list) in [("attachments", &message.attachments), ("blocks", &message.blocks)] {
        if !is_blank(list) {
            value[name] = list.clone();
        }
    }
    value
}
