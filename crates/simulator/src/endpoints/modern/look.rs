//! `conversations.{info,list,open}` and `users.conversations` for today's tokens.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use grantbook_api::ErrorCode;
use grantbook_core::{ResourceId, ResourceType, UserId};
use serde_json::{Value, json};

use super::{
    super::{
        answer::{Done, Refusal},
        arguments::Arguments,
        web_api::Caller,
    },
    is_member, is_visible, need, speaker,
};
use crate::state::{Conversation, Moment, World};

/// Conversations in a page when the caller does not say.
const PAGE: usize = 100;

/// The most conversations in a page.
const LARGEST_PAGE: usize = 1_000;

/// The `types` of a list, with the scope that each needs.
const TYPES: [(&str, &str); 4] = [
    ("public_channel", "channels:read"),
    ("private_channel", "groups:read"),
    ("mpim", "mpim:read"),
    ("im", "im:read"),
];

/// The place of a conversation's type in [`TYPES`].
const fn row(kind: ResourceType) -> (&'static str, &'static str) {
    TYPES[match kind {
        ResourceType::Channel | ResourceType::Team | ResourceType::User => 0,
        ResourceType::Group => 1,
        ResourceType::Mpim => 2,
        ResourceType::Im | ResourceType::AppHome => 3,
    }]
}

pub(super) fn info(world: &World, caller: &Caller, arguments: &Arguments) -> Result<Done, Refusal> {
    let id = arguments.text("channel").and_then(|id| ResourceId::new(id).ok());
    let found = id.and_then(|id| world.conversations.get(&id));
    let found = found.filter(|found| is_visible(world, caller, found));
    let found = found.ok_or(ErrorCode::ChannelNotFound)?;
    need(world, caller, &[row(found.kind).1])?;
    Ok(Done::with(&json!({ "channel": shown(world, caller, found) })))
}

/// Every conversation that exists for the caller.
pub(super) fn list(world: &World, caller: &Caller, arguments: &Arguments) -> Result<Done, Refusal> {
    listed(world, caller, arguments, |found| is_visible(world, caller, found))
}

/// Those of which the caller, or `user`, is a member.
pub(super) fn own(world: &World, caller: &Caller, arguments: &Arguments) -> Result<Done, Refusal> {
    let Some(user) = arguments.text("user") else {
        return listed(world, caller, arguments, |found| is_member(world, caller, found));
    };
    let user = UserId::new(user).ok().filter(|user| {
        world
            .users
            .get(user)
            .is_some_and(|person| person.teams.contains(&caller.team))
    });
    let user = user.ok_or(ErrorCode::UserNotFound)?;
    listed(world, caller, arguments, |found| {
        found.members.contains(&user) && is_visible(world, caller, found)
    })
}

fn listed(
    world: &World,
    caller: &Caller,
    arguments: &Arguments,
    belongs: impl Fn(&Conversation) -> bool,
) -> Result<Done, Refusal> {
    let types = arguments.text("types").unwrap_or_else(|| TYPES[0].0.to_owned());
    let types: Vec<&str> = types
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    for name in &types {
        let found = TYPES.iter().find(|(known, _)| known == name);
        let (_, scope) = found.ok_or_else(|| ErrorCode::from("invalid_types"))?;
        need(world, caller, &[scope])?;
    }
    let start = arguments.text("cursor").map(|cursor| read_cursor(&cursor));
    let start = start.map(|start| start.ok_or(ErrorCode::InvalidCursor)).transpose()?;
    let limit = arguments.text("limit").and_then(|text| text.parse::<usize>().ok());
    let limit = limit.filter(|limit| *limit > 0).unwrap_or(PAGE).min(LARGEST_PAGE);
    let mut rows = world
        .conversations
        .values()
        .filter(|found| found.team == caller.team && types.contains(&row(found.kind).0) && belongs(found))
        .filter(|found| start.as_ref().is_none_or(|start| found.id >= *start));
    let page: Vec<Value> = rows
        .by_ref()
        .take(limit)
        .map(|found| shown(world, caller, found))
        .collect();
    let next = rows.next().map(|found| STANDARD.encode(format!("team:{}", found.id)));
    Ok(Done::with(&json!({
        "channels": page,
        "response_metadata": { "next_cursor": next.unwrap_or_default() },
    })))
}

fn read_cursor(cursor: &str) -> Option<ResourceId> {
    let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
    ResourceId::new(text.strip_prefix("team:")?).ok()
}

fn shown(world: &World, caller: &Caller, found: &Conversation) -> Value {
    let is_im = matches!(found.kind, ResourceType::Im | ResourceType::AppHome);
    let is_private = found.kind != ResourceType::Channel;
    let mut value = json!({
        "id": found.id,
        "is_channel": found.kind == ResourceType::Channel,
        "is_group": found.kind == ResourceType::Group,
        "is_im": is_im,
        "is_mpim": found.kind == ResourceType::Mpim,
        "is_private": is_private,
        "is_archived": false,
        "context_team_id": found.team,
    });
    if is_im {
        let own = speaker(world, caller).ok();
        value["user"] = json!(found.members.iter().find(|user| Some(*user) != own.as_ref()));
    } else {
        value["name"] = json!(found.name);
        value["is_member"] = json!(is_member(world, caller, found));
        value["num_members"] = json!(found.members.len());
    }
    value
}

/// `conversations.open` for a bot: with one person it is the app home, with several a group message.
pub(super) fn open(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let Some(users) = arguments.text("users") else {
        let id = arguments
            .text("channel")
            .ok_or_else(|| ErrorCode::from("users_list_not_supplied"))?;
        let id = ResourceId::new(id).map_err(|_| ErrorCode::ChannelNotFound)?;
        let found = world.conversations.get(&id).filter(|c| is_member(world, caller, c));
        let found = found.filter(|c| c.kind == ResourceType::AppHome || c.kind == ResourceType::Mpim);
        let found = found.ok_or(ErrorCode::ChannelNotFound)?;
        return Ok(opened(&found.id, true));
    };
    let users: Result<Vec<UserId>, ErrorCode> = users
        .split(',')
        .map(|id| UserId::new(id.trim()).map_err(|_| ErrorCode::UserNotFound))
        .collect();
    let users = users?;
    let scope = if users.len() == 1 { "im:write" } else { "mpim:write" };
    need(world, caller, &[scope])?;
    let (id, already) = world.open_with(moment, &caller.app, &caller.team, &users)?;
    Ok(opened(&id, already))
}

fn opened(id: &ResourceId, already: bool) -> Done {
    let mut body = json!({ "channel": { "id": id } });
    if already {
        body["no_op"] = json!(true);
        body["already_open"] = json!(true);
    }
    Done::with(&body)
}
