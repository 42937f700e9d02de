//! `admin.apps.*`: an organization's administrators decide which apps may be installed (F.2).
//!
//! All of them want a person's token of an installation in the whole organization. What refuses comes in this
//! order: the plan, the installation, the person, the arguments, then what they name.

mod activities;
mod config;
mod lists;
mod resolve;
mod uninstall;

use grantbook_api::ErrorCode;
use grantbook_core::{EnterpriseId, TeamId};

use super::{
    answer::{Done, Refusal},
    arguments::Arguments,
    web_api::Caller,
};
use crate::state::{Circumstance, Level, Moment, ResolutionStatus, World};

/// Refuses with a name.
fn refuse<T>(code: &str) -> Result<T, Refusal> {
    Err(ErrorCode::from(code).into())
}

pub(super) fn run(
    world: &mut World,
    moment: &mut Moment<'_>,
    method: &str,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    check_caller(world, method, caller)?;
    match method {
        "admin.apps.approve" => resolve::approve(world, moment, caller, arguments),
        "admin.apps.restrict" => resolve::restrict(world, moment, caller, arguments),
        "admin.apps.clearResolution" => resolve::clear(world, arguments),
        "admin.apps.requests.cancel" => resolve::cancel(world, moment, caller, arguments),
        "admin.apps.requests.list" => lists::requests(world, arguments),
        "admin.apps.approved.list" => lists::resolutions(world, arguments, ResolutionStatus::Approved),
        "admin.apps.restricted.list" => lists::resolutions(world, arguments, ResolutionStatus::Restricted),
        "admin.apps.uninstall" => uninstall::run(world, moment, caller, arguments),
        "admin.apps.config.lookup" => config::lookup(world, arguments),
        "admin.apps.config.set" => config::set(world, arguments),
        "admin.apps.activities.list" => activities::list(world, arguments),
        _ => Err(ErrorCode::UnknownMethod.into()),
    }
}

/// The plan has the methods, the app is the organization's, and the person administers it.
fn check_caller(world: &World, method: &str, caller: &Caller) -> Result<(), Refusal> {
    if world.enterprise.is_none() || world.holds(&Circumstance::AdminApisOff) {
        return refuse("feature_not_enabled");
    }
    if !caller.is_org_wide() {
        return refuse("app_management_app_not_installed_on_org");
    }
    if !world.is_org_admin(&caller.user) {
        return refuse(match method {
            "admin.apps.uninstall" => "permission_denied",
            "admin.apps.config.set" => "access_denied",
            _ => "not_an_admin",
        });
    }
    let user = caller.user.clone();
    if world.holds(&Circumstance::AppManagementForbidden { user }) {
        return refuse(match method {
            "admin.apps.config.set" | "admin.apps.clearResolution" => "access_denied",
            "admin.apps.requests.list" => "user_is_restricted",
            "admin.apps.approved.list" | "admin.apps.restricted.list" => "not_allowed",
            "admin.apps.approve" | "admin.apps.restrict" => "not_an_admin",
            _ => "restricted_action",
        });
    }
    Ok(())
}

/// The level that a call names: a workspace or the organization, one of them. None where it names neither.
fn level(world: &World, arguments: &Arguments, no_enterprise: &str) -> Result<Option<Level>, Refusal> {
    match (arguments.text("team_id"), arguments.text("enterprise_id")) {
        (Some(_), Some(_)) => refuse("too_many_teams_provided"),
        (Some(team), None) => team_named(world, &team)
            .map(|team| Some(Level::Team(team)))
            .ok_or_else(|| ErrorCode::TeamNotFound.into()),
        (None, Some(id)) if is_enterprise(world, &id) => Ok(Some(Level::Organization)),
        (None, Some(_)) => refuse(no_enterprise),
        (None, None) => Ok(None),
    }
}

fn team_named(world: &World, id: &str) -> Option<TeamId> {
    TeamId::new(id).ok().filter(|team| world.teams.contains_key(team))
}

fn is_enterprise(world: &World, id: &str) -> bool {
    let id = EnterpriseId::new(id).ok();
    id.is_some() && id.as_ref() == world.enterprise.as_ref().map(|found| &found.id)
}

/// An array argument: JSON, in a form as text, or names with commas between.
fn texts(arguments: &Arguments, name: &str) -> Option<Vec<String>> {
    let listed = arguments
        .value(name)
        .and_then(|value| serde_json::from_value(value).ok());
    let split = || {
        let text = arguments.text(name)?;
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        Some(words.map(str::to_owned).collect())
    };
    listed.or_else(split)
}

/// How many entries a page has: 1 to 1,000, and 100 when nothing is said.
fn limit(arguments: &Arguments) -> Result<usize, Refusal> {
    let Some(text) = arguments.text("limit") else {
        return Ok(100);
    };
    let limit = text.parse().ok().filter(|limit| (1..=1_000).contains(limit));
    limit.ok_or_else(|| Refusal::saying(ErrorCode::InvalidArguments, "[ERROR] must be between 1 and 1000: limit"))
}
