//! `apps.developerInstall` and `apps.approvals.requests.{create,cancel}`: who wants an app asks for it by method (F.5).
//!
//! Slack documents none of them. Arguments, answers and the three refusals `app_approval_request_…` are those of
//! Slack's command line tool; the other refusals, and that a token needs `apps.requests:write`, are guesses.

use grantbook_api::ErrorCode;
use grantbook_core::{AppId, Scope, TeamId};
use serde_json::json;

use super::{
    admin::{is_enterprise, refuse, texts},
    answer::{Done, Refusal},
    arguments::Arguments,
    web_api::Caller,
};
use crate::state::{
    ActionError, Level, Moment, World,
    approvals::{Asking, DeveloperInstall},
};

/// Installs an app where it is approved, or where nobody must approve it.
pub(super) fn install(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let app = app(arguments, "app_id")?;
    // The organization stands for all of its workspaces; without either, the workspace of the token is meant.
    let named = arguments.text("team_id");
    let level = if named.is_some_and(|id| is_enterprise(world, &id)) {
        Level::Organization
    } else {
        Level::Team(team(world, arguments)?.unwrap_or_else(|| caller.team.clone()))
    };
    let bot_scopes = scopes(arguments)?.unwrap_or_default();
    let domains = texts(arguments, "outgoing_domains").unwrap_or_default();
    let wish = DeveloperInstall {
        app: &app,
        user: &caller.user,
        level: &level,
        bot_scopes: &bot_scopes,
        domains: &domains,
    };
    let events = world
        .developer_install(moment, &wish)
        .map_err(|error| refusal(world, &error, &level))?;
    let tokens = json!({
        "bot": moment.ids.bot_token().expose(),
        "app_level": moment.ids.app_token().expose(),
        "user": moment.ids.user_token().expose(),
    });
    let answer = json!({ "app_id": app, "team_id": written(world, &level), "api_access_tokens": tokens });
    Ok(Done {
        events,
        ..Done::with(&answer)
    })
}

/// Asks for an app: `app_requested`.
pub(super) fn create(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let app = app(arguments, "app")?;
    // Without a workspace the organization is meant, where there is one.
    let level = match team(world, arguments)? {
        None if world.enterprise.is_some() => Level::Organization,
        named => Level::Team(named.unwrap_or_else(|| caller.team.clone())),
    };
    let scopes = scopes(arguments)?;
    let domains = texts(arguments, "domains").filter(|domains| !domains.is_empty());
    let message = arguments.text("reason").unwrap_or_default();
    let asking = Asking {
        app: &app,
        team: level.team(),
        user: &caller.user,
        message: &message,
        scopes: scopes.as_deref(),
        domains: domains.as_deref(),
    };
    let asked = world.request_app(moment, &asking);
    let (id, events) = asked.map_err(|error| refusal(world, &error, &level))?;
    Ok(Done {
        events,
        ..Done::with(&json!({ "request_id": id }))
    })
}

/// Takes back what the caller asks for of an app, wherever that is.
pub(super) fn cancel(
    world: &mut World,
    moment: &Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let app = app(arguments, "app_id")?;
    if world.listed(&app).is_none() {
        return refuse("app_not_found");
    }
    if world.withdraw_requests(moment, &app, &caller.user) {
        Ok(Done::with(&json!({})))
    } else {
        refuse("request_not_found")
    }
}

fn app(arguments: &Arguments, name: &str) -> Result<AppId, Refusal> {
    let id = arguments.required(name)?;
    AppId::new(id).map_err(|_| ErrorCode::from("app_not_found").into())
}

/// The workspace that a call names, if it names one.
fn team(world: &World, arguments: &Arguments) -> Result<Option<TeamId>, Refusal> {
    let Some(named) = arguments.text("team_id") else {
        return Ok(None);
    };
    let team = TeamId::new(named).ok().filter(|team| world.teams.contains_key(team));
    team.map(Some).ok_or_else(|| ErrorCode::TeamNotFound.into())
}

/// The bot's scopes, as an array or with commas between; none where none are named.
fn scopes(arguments: &Arguments) -> Result<Option<Vec<Scope>>, Refusal> {
    let named = texts(arguments, "bot_scopes").filter(|names| !names.is_empty());
    let read = named.map(|names| names.into_iter().map(Scope::new).collect());
    let read: Option<Result<Vec<Scope>, _>> = read;
    read.transpose().map_err(|_| ErrorCode::from("invalid_scopes").into())
}

fn written(world: &World, level: &Level) -> Option<String> {
    let enterprise = || world.enterprise.as_ref().map(|found| found.id.to_string());
    level.team().map(ToString::to_string).or_else(enterprise)
}

fn refusal(world: &World, error: &ActionError, level: &Level) -> Refusal {
    let code = match error {
        ActionError::NoApp(_) => ErrorCode::from("app_not_found"),
        ActionError::NoTeam(_) | ActionError::NoUser(_) => ErrorCode::TeamNotFound,
        ActionError::NotWantedByApp(_) => ErrorCode::from("invalid_scopes"),
        // The seed's own apps have a consent page.
        ActionError::InstallByConsent => ErrorCode::RestrictedAction,
        other => ErrorCode::from(other.code()),
    };
    let is_about_approval = matches!(
        error,
        ActionError::RequestEligible | ActionError::RequestPending | ActionError::RequestDenied
    );
    Refusal {
        place: written(world, level).filter(|_| is_about_approval),
        ..Refusal::from(code)
    }
}
