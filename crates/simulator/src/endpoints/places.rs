//! Where a workspace app may write: in the conversations it was added to, and in app homes it opens.

use grantbook_api::{ErrorCode, events::Envelope};
use grantbook_core::{ResourceId, ResourceType, UserId};

use super::{answer::Refusal, web_api::Caller};
use crate::state::{Conversation, Moment, World};

/// What writing needs.
pub(super) const SCOPE: &str = "chat:write";

/// What a workspace app needs to open a person's app home by itself.
const OPENING: &str = "conversations.app_home:create";

/// Refuses a caller that cannot write anywhere.
pub(super) fn check_writes(world: &World, caller: &Caller) -> Result<(), Refusal> {
    let installation = caller.installation(world)?;
    if installation.scopes.values().any(|held| held.contains(SCOPE)) {
        Ok(())
    } else {
        Err(Refusal::missing_scope(SCOPE, &installation.all_scopes()))
    }
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

/// Where the caller writes, and as whom.
pub(super) fn writable(world: &World, caller: &Caller, name: &str) -> Result<(ResourceId, UserId), Refusal> {
    let installation = caller.installation(world)?;
    let place = find(world, caller, name).ok_or(ErrorCode::ChannelNotFound)?;
    if !installation.holds(place.kind, SCOPE) {
        return Err(Refusal::missing_scope(SCOPE, &installation.all_scopes()));
    }
    if !installation.reaches(place.kind, &place.id) {
        return Err(ErrorCode::NoPermission.into());
    }
    Ok((place.id.clone(), installation.app_user.clone()))
}

/// Opens the conversation with a person, if `name` is a person's id and there is none yet. The app
/// needs a scope for that, and is told of the resource it gained.
pub(super) fn open_home(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    name: &str,
) -> Result<Vec<Envelope>, Refusal> {
    let Ok(user) = UserId::new(name) else {
        return Ok(Vec::new());
    };
    if world.app_home(&caller.app, &caller.team, &user).is_some() {
        return Ok(Vec::new());
    }
    let person = world.users.get(&user);
    let person = person.filter(|person| person.teams.contains(&caller.team) && !world.is_deactivated(&person.id));
    if person.is_none() {
        return Err(ErrorCode::ChannelNotFound.into());
    }
    let installation = caller.installation(world)?;
    if !installation.holds(ResourceType::Team, OPENING) {
        return Err(Refusal::missing_scope(OPENING, &installation.all_scopes()));
    }
    Ok(world.open_home(moment, &caller.app, &caller.team, &user))
}
