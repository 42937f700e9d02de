//! `conversations.info`, `users.info` and `team.info`: names for identifiers.

use grantbook_api::{
    ErrorCode,
    methods::{self, ConversationsInfo, ConversationsInfoAnswer, TeamInfo, TeamInfoAnswer, UsersInfo, UsersInfoAnswer},
};
use grantbook_core::ResourceType;
use serde_json::json;

use super::{
    answer::{Done, Refusal},
    arguments::Arguments,
    web_api::Caller,
};
use crate::state::{Installation, World};

/// The scopes that read conversations of a type: one name for all since June 2018, one per type before and after.
const fn reading(kind: ResourceType) -> &'static str {
    match kind {
        ResourceType::Group => "groups:read",
        ResourceType::Mpim => "mpim:read",
        ResourceType::Im | ResourceType::AppHome => "im:read",
        ResourceType::Channel | ResourceType::Team | ResourceType::User => "channels:read",
    }
}

pub(super) fn conversations_info(world: &World, caller: &Caller, arguments: &Arguments) -> Result<Done, Refusal> {
    let installation = caller.installation(world)?;
    let ConversationsInfo { channel } = arguments.typed().map_err(|_| ErrorCode::ChannelNotFound)?;
    let found = world.conversations.get(&channel).filter(|c| c.team == caller.team);
    let found = found.filter(|c| c.kind == ResourceType::Channel || installation.reaches(c.kind, &c.id));
    let found = found.ok_or(ErrorCode::ChannelNotFound)?;
    let needed = reading(found.kind);
    if !installation.holds(found.kind, needed) && !installation.holds(found.kind, "conversations:read") {
        return Err(Refusal::missing_scope(needed, &installation.all_scopes()));
    }
    let is_im = matches!(found.kind, ResourceType::Im | ResourceType::AppHome);
    let answer = ConversationsInfoAnswer {
        channel: methods::Conversation {
            id: found.id.clone(),
            name: Some(found.name.clone()).filter(|name| !name.is_empty()),
            is_private: found.kind != ResourceType::Channel,
            is_im,
            is_mpim: found.kind == ResourceType::Mpim,
            user: if is_im { found.members.first().cloned() } else { None },
        },
    };
    let mut done = Done::with(&answer);
    let channel = &mut done.body["channel"];
    channel["is_channel"] = json!(found.kind == ResourceType::Channel);
    channel["is_group"] = json!(found.kind == ResourceType::Group);
    channel["is_archived"] = json!(false);
    channel["is_member"] = json!(installation.reaches(found.kind, &found.id));
    Ok(done)
}

pub(super) fn users_info(world: &World, caller: &Caller, arguments: &Arguments) -> Result<Done, Refusal> {
    need(caller.installation(world)?, "users:read")?;
    person(world, caller, arguments)
}

/// The body of `users.info`, whatever the token.
pub(super) fn person(world: &World, caller: &Caller, arguments: &Arguments) -> Result<Done, Refusal> {
    let installation = caller.installation(world)?;
    let UsersInfo { user } = arguments.typed().map_err(|_| ErrorCode::UserNotFound)?;
    if user == installation.app_user {
        let app = world.apps.get(&caller.app).ok_or(ErrorCode::UserNotFound)?;
        let (name, real_name) = (app.slug.to_string(), Some(app.name.clone()));
        return Ok(Done::with(&UsersInfoAnswer {
            user: methods::User {
                id: user,
                name,
                real_name,
                is_bot: true,
            },
        }));
    }
    let person = world
        .users
        .get(&user)
        .filter(|person| person.teams.contains(&caller.team));
    let person = person.ok_or(ErrorCode::UserNotFound)?;
    let answer = UsersInfoAnswer {
        user: methods::User {
            id: person.id.clone(),
            name: person.name.clone(),
            real_name: Some(person.real_name.clone()).filter(|name| !name.is_empty()),
            is_bot: false,
        },
    };
    let mut done = Done::with(&answer);
    done.body["user"]["team_id"] = json!(caller.team);
    done.body["user"]["deleted"] = json!(world.is_deactivated(&person.id));
    Ok(done)
}

pub(super) fn team_info(world: &World, caller: &Caller, arguments: &Arguments) -> Result<Done, Refusal> {
    need(caller.installation(world)?, "team:read")?;
    workspace(world, caller, arguments)
}

/// The body of `team.info`, whatever the token.
pub(super) fn workspace(world: &World, caller: &Caller, arguments: &Arguments) -> Result<Done, Refusal> {
    let TeamInfo { team } = arguments.typed().map_err(|_| ErrorCode::TeamNotFound)?;
    let id = team.unwrap_or_else(|| caller.team.clone());
    let team = world
        .teams
        .get(&id)
        .filter(|team| team.id == caller.team)
        .ok_or(ErrorCode::TeamNotFound)?;
    let answer = TeamInfoAnswer {
        team: methods::Team {
            id: team.id.clone(),
            name: team.name.clone(),
            domain: team.domain.clone(),
            enterprise_id: world.enterprise.as_ref().map(|enterprise| enterprise.id.clone()),
        },
    };
    let mut done = Done::with(&answer);
    done.body["team"]["enterprise_name"] = json!(world.enterprise.as_ref().map(|enterprise| &enterprise.name));
    Ok(done)
}

fn need(installation: &Installation, scope: &str) -> Result<(), Refusal> {
    if installation.scopes.values().any(|held| held.contains(scope)) {
        Ok(())
    } else {
        Err(Refusal::missing_scope(scope, &installation.all_scopes()))
    }
}
