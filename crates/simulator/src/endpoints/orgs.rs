//! Tokens of a whole organization: in which workspace a call acts, and `auth.teams.list`.
//!
//! Such a token acts in the workspace that the call names: by `team_id`, or by a conversation (F.7). It
//! must have been added to that workspace.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use grantbook_api::ErrorCode;
use grantbook_core::{AppId, ResourceId, TeamId, Tenant, UserId};
use serde_json::{Value, json};

use super::{
    answer::{Done, Refusal},
    arguments::Arguments,
    web_api::Caller,
};
use crate::state::{Token, World};

/// Methods about the token itself, or about apps, which act in no workspace of the token's app.
const ANYWHERE: [&str; 7] = [
    "auth.test",
    "auth.revoke",
    "auth.teams.list",
    "apps.uninstall",
    "apps.developerInstall",
    "apps.approvals.requests.create",
    "apps.approvals.requests.cancel",
];

/// Methods that cannot know the workspace unless they are told.
const MUST_NAME: [&str; 4] = ["conversations.list", "users.conversations", "users.list", "team.info"];

/// Workspaces in a page when the caller does not say.
const PAGE: usize = 100;

/// The most workspaces in a page.
const LARGEST_PAGE: usize = 1_000;

/// The workspace in which a call acts: a workspace's token in its own, an organization's where the call says.
pub(super) fn workspace(world: &World, token: &Token, method: &str, arguments: &Arguments) -> Result<TeamId, Refusal> {
    if let Tenant::Team(team) = &token.tenant {
        return Ok(team.clone());
    }
    let Some(org) = world.org(&token.app) else {
        return Err(ErrorCode::TokenRevoked.into());
    };
    if ANYWHERE.contains(&method) || method.starts_with("admin.") {
        let first = org.teams.first().or_else(|| first_team(world, &token.user));
        return first.cloned().ok_or_else(|| ErrorCode::TeamNotFound.into());
    }
    let named = arguments.text("team_id").or_else(|| {
        let team = arguments.text("team").filter(|_| method == "team.info");
        team.or_else(|| place_of(world, arguments).map(ToString::to_string))
    });
    let named = named.map(|id| TeamId::new(id).map_err(|_| ErrorCode::TeamNotFound));
    let Some(team) = named.transpose()? else {
        if MUST_NAME.contains(&method) {
            let hint = "[ERROR] missing required field: team_id";
            return Err(Refusal::saying(ErrorCode::from("missing_argument"), hint));
        }
        let of_user = |team: &&TeamId| person(arguments).is_none_or(|user| is_member(world, &user, team));
        let found = org.teams.iter().find(of_user).or_else(|| org.teams.first());
        return found.cloned().ok_or_else(|| ErrorCode::TeamAccessNotGranted.into());
    };
    if org.teams.contains(&team) {
        Ok(team)
    } else {
        Err(ErrorCode::TeamAccessNotGranted.into())
    }
}

fn first_team<'a>(world: &'a World, user: &UserId) -> Option<&'a TeamId> {
    let own = world.users.get(user).and_then(|person| person.teams.first());
    own.or_else(|| world.teams.keys().next())
}

/// The workspace of the conversation that a call names.
fn place_of<'a>(world: &'a World, arguments: &Arguments) -> Option<&'a TeamId> {
    let id = ResourceId::new(arguments.text("channel")?).ok()?;
    world.conversations.get(&id).map(|place| &place.team)
}

/// The first person that a call names.
fn person(arguments: &Arguments) -> Option<UserId> {
    let named = ["user", "users", "channel"]
        .into_iter()
        .find_map(|name| arguments.text(name))?;
    UserId::new(named.split(',').next()?.trim()).ok()
}

fn is_member(world: &World, user: &UserId, team: &TeamId) -> bool {
    world.users.get(user).is_some_and(|person| person.teams.contains(team))
}

/// `auth.teams.list`: the workspaces that the organization's token may act in; of a workspace's, itself.
pub(super) fn teams_list(world: &World, caller: &Caller, arguments: &Arguments) -> Result<Done, Refusal> {
    let limit = match arguments.text("limit") {
        None => PAGE,
        Some(text) => {
            let limit = text.parse().ok().filter(|limit| (1..=LARGEST_PAGE).contains(limit));
            limit.ok_or_else(|| ErrorCode::from("invalid_limit"))?
        }
    };
    let start = arguments.text("cursor").map(|cursor| read_cursor(&cursor));
    let start = start.map(|start| start.ok_or(ErrorCode::InvalidCursor)).transpose()?;
    let teams: Vec<&TeamId> = match &caller.tenant {
        Tenant::Team(team) => vec![team],
        Tenant::Enterprise(_) => granted(world, &caller.app).collect(),
    };
    let mut rest = teams
        .into_iter()
        .filter(|team| start.as_ref().is_none_or(|start| *team >= start));
    let page: Vec<Value> = rest
        .by_ref()
        .take(limit)
        .map(|team| shown(world, team, arguments))
        .collect();
    let next = rest.next().map(|team| STANDARD.encode(format!("team_id:{team}")));
    Ok(Done::with(&json!({
        "teams": page,
        "response_metadata": { "next_cursor": next.unwrap_or_default() },
    })))
}

fn granted<'a>(world: &'a World, app: &AppId) -> impl Iterator<Item = &'a TeamId> {
    world.org(app).into_iter().flat_map(|org| &org.teams)
}

fn shown(world: &World, team: &TeamId, arguments: &Arguments) -> Value {
    let mut value = json!({ "id": team, "name": world.teams.get(team).map(|found| &found.name) });
    if arguments.is_true("include_icon") {
        value["icon"] = json!({ "image_default": true });
    }
    value
}

fn read_cursor(cursor: &str) -> Option<TeamId> {
    let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
    TeamId::new(text.strip_prefix("team_id:")?).ok()
}
