//! `admin.apps.permissions.{list,set,add,remove}`: who may use an app, which is apart from its approval.
//!
//! The pages of docs.slack.dev name every argument and refusal and show no answer. What is set here is kept and
//! answered, and keeps nobody from using anything.

use std::collections::BTreeSet;

use grantbook_api::ErrorCode;
use grantbook_core::{AppId, ResourceId, ResourceType, UserId};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{
    super::{
        answer::{Done, Refusal},
        arguments::Arguments,
    },
    refuse, texts,
};
use crate::state::{AppAccess, ChannelRestriction, PermissionType, World};

/// The most people that `set` takes at once.
const MOST_SET: usize = 200;

/// The most people that `add` and `remove` take at once.
const MOST_CHANGED: usize = 50;

/// Whom a call names.
struct Entities {
    users: BTreeSet<UserId>,
    groups: BTreeSet<String>,
    /// Whether somebody was named whom nobody knows.
    unknown_user: bool,
    /// Whether something was named that is no group.
    unknown_group: bool,
}

impl Entities {
    fn read(world: &World, arguments: &Arguments, most: usize) -> Result<Self, Refusal> {
        let named = texts(arguments, "user_ids").unwrap_or_default();
        if named.len() > most {
            return refuse("too_many_named_entities");
        }
        let known = |id: &String| UserId::new(id).ok().filter(|user| world.users.contains_key(user));
        let users: BTreeSet<UserId> = named.iter().filter_map(known).collect();
        let unknown_user = named.iter().any(|id| known(id).is_none());
        let named = texts(arguments, "usergroup_ids").unwrap_or_default();
        let (groups, others): (BTreeSet<String>, BTreeSet<String>) = named.into_iter().partition(|id| is_group(id));
        Ok(Self {
            users,
            groups,
            unknown_user,
            unknown_group: !others.is_empty(),
        })
    }

    fn is_empty(&self) -> bool {
        self.users.is_empty() && self.groups.is_empty()
    }

    fn named_nobody(&self) -> bool {
        self.is_empty() && !self.unknown_user && !self.unknown_group
    }

    /// Refuses where somebody or something is unknown.
    fn check(&self, group_refusal: &str) -> Result<(), Refusal> {
        if self.unknown_user {
            return refuse("user_not_found");
        }
        if self.unknown_group {
            return refuse(group_refusal);
        }
        Ok(())
    }
}

/// `S` and letters and digits behind it.
fn is_group(id: &str) -> bool {
    let rest = id.strip_prefix('S');
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    })
}

pub(super) fn list(world: &World, arguments: &Arguments) -> Result<Done, Refusal> {
    let app = app(world, arguments)?;
    Ok(shown(&world.approvals.access.get(&app).cloned().unwrap_or_default()))
}

/// Says anew who may use an app.
pub(super) fn set(world: &mut World, arguments: &Arguments) -> Result<Done, Refusal> {
    let app = app(world, arguments)?;
    let kind = arguments.required("permission_type")?;
    let permission_type: PermissionType = word(&kind).ok_or_else(|| ErrorCode::from("invalid_permission_type"))?;
    let entities = Entities::read(world, arguments, MOST_SET)?;
    if permission_type == PermissionType::NamedEntities {
        if entities.named_nobody() {
            return refuse("named_entities_cannot_be_empty");
        }
        if entities.is_empty() {
            return refuse("no_valid_named_entities");
        }
        entities.check("usergroup_not_found")?;
    } else if !entities.named_nobody() {
        return refuse("invalid_permission_type");
    }
    let (mode, channels) = restriction(world, arguments)?;
    let access = AppAccess {
        permission_type,
        user_ids: entities.users,
        usergroup_ids: entities.groups,
        channel_restriction_mode: mode,
        channel_ids: channels,
    };
    let answer = shown(&access);
    world.approvals.access.insert(app, access);
    Ok(answer)
}

/// Lets more people use an app, or use it in more channels of its list.
pub(super) fn add(world: &mut World, arguments: &Arguments) -> Result<Done, Refusal> {
    let (app, mut access) = existing(world, arguments)?;
    let entities = Entities::read(world, arguments, MOST_CHANGED)?;
    let channels = changed_channels(world, arguments, &access)?;
    if channels.is_empty() || !entities.named_nobody() {
        check_named(&access)?;
        if entities.is_empty() {
            return refuse("no_valid_named_entities");
        }
        entities.check("invalid_entities")?;
    }
    access.user_ids.extend(entities.users);
    access.usergroup_ids.extend(entities.groups);
    access.channel_ids.extend(channels);
    let answer = shown(&access);
    world.approvals.access.insert(app, access);
    Ok(answer)
}

/// Lets fewer people use an app, but somebody.
pub(super) fn remove(world: &mut World, arguments: &Arguments) -> Result<Done, Refusal> {
    let (app, mut access) = existing(world, arguments)?;
    let entities = Entities::read(world, arguments, MOST_CHANGED)?;
    let channels = changed_channels(world, arguments, &access)?;
    if channels.is_empty() || !entities.named_nobody() {
        check_named(&access)?;
        entities.check("user_not_found")?;
        access.user_ids.retain(|user| !entities.users.contains(user));
        access.usergroup_ids.retain(|group| !entities.groups.contains(group));
        if entities.is_empty() || (access.user_ids.is_empty() && access.usergroup_ids.is_empty()) {
            return refuse("named_entities_cannot_be_empty");
        }
    }
    access.channel_ids.retain(|channel| !channels.contains(channel));
    let answer = shown(&access);
    world.approvals.access.insert(app, access);
    Ok(answer)
}

fn app(world: &World, arguments: &Arguments) -> Result<AppId, Refusal> {
    let id = arguments.required("app_id")?;
    let app = AppId::new(id).ok().filter(|app| world.listed(app).is_some());
    app.ok_or_else(|| ErrorCode::from("app_not_found").into())
}

/// What `set` has set before.
fn existing(world: &World, arguments: &Arguments) -> Result<(AppId, AppAccess), Refusal> {
    let app = app(world, arguments)?;
    let access = world.approvals.access.get(&app).cloned();
    let access = access.ok_or_else(|| ErrorCode::from("app_acl_not_found"))?;
    Ok((app, access))
}

fn check_named(access: &AppAccess) -> Result<(), Refusal> {
    if access.permission_type == PermissionType::NamedEntities {
        Ok(())
    } else {
        refuse("invalid_permission_type")
    }
}

/// In which channels `set` lets an app be used.
fn restriction(world: &World, arguments: &Arguments) -> Result<(ChannelRestriction, BTreeSet<ResourceId>), Refusal> {
    let mode = arguments.text("channel_restriction_mode");
    let mode = mode.map_or(Some(ChannelRestriction::default()), |mode| word(&mode));
    let mode = mode.ok_or_else(|| ErrorCode::from("invalid_channel_restriction_mode"))?;
    let channels = channels(world, arguments)?;
    match (mode, channels.is_empty()) {
        (ChannelRestriction::AllChannels, false) => refuse("invalid_channel_restriction_mode"),
        (ChannelRestriction::SpecificChannels | ChannelRestriction::AllChannelsExcept, true) => {
            refuse("channel_ids_required")
        }
        _ => Ok((mode, channels)),
    }
}

/// The channels that `add` and `remove` name, where the app is held to a list of them.
fn changed_channels(world: &World, arguments: &Arguments, access: &AppAccess) -> Result<BTreeSet<ResourceId>, Refusal> {
    let named = channels(world, arguments)?;
    if !named.is_empty() && access.channel_restriction_mode == ChannelRestriction::AllChannels {
        return refuse("invalid_channel_restriction_mode");
    }
    Ok(named)
}

fn channels(world: &World, arguments: &Arguments) -> Result<BTreeSet<ResourceId>, Refusal> {
    let named = texts(arguments, "channel_ids").unwrap_or_default();
    let known = |id: &ResourceId| {
        let place = world.conversations.get(id);
        place.is_some_and(|place| matches!(place.kind, ResourceType::Channel | ResourceType::Group))
    };
    let found = named.into_iter().map(|id| ResourceId::new(id).ok().filter(known));
    let found: Option<BTreeSet<ResourceId>> = found.collect();
    found.ok_or_else(|| ErrorCode::ChannelNotFound.into())
}

/// One of Slack's words as a value.
fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(json!(text)).ok()
}

fn shown(access: &AppAccess) -> Done {
    let mut body = json!({ "permission_type": access.permission_type });
    if access.permission_type == PermissionType::NamedEntities {
        body["user_ids"] = json!(access.user_ids);
        body["usergroup_ids"] = json!(access.usergroup_ids);
    }
    if access.channel_restriction_mode != ChannelRestriction::AllChannels {
        body["channel_restriction_mode"] = json!(access.channel_restriction_mode);
        body["channel_ids"] = json!(access.channel_ids);
    }
    Done::with(&body)
}
