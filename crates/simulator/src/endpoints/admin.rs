//! `admin.apps.*`: an organization's administrators decide which apps may be installed (F.2).
//!
//! All of them want a person's token of an installation in the whole organization. What refuses comes in this
//! order: the plan, the installation, the person, the arguments, then what they name.

mod activities;
mod config;
mod lists;
mod permissions;
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
pub(super) fn refuse<T>(code: &str) -> Result<T, Refusal> {
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
        "admin.apps.permissions.list" => permissions::list(world, arguments),
        "admin.apps.permissions.set" => permissions::set(world, arguments),
        "admin.apps.permissions.add" => permissions::add(world, arguments),
        "admin.apps.permissions.remove" => permissions::remove(world, arguments),
        "admin.apps.activities.list" => activities::list(world, arguments),
        _ => Err(ErrorCode::UnknownMethod.into()),
    }
}

/// The plan has the methods, the app is the organization's, and the person administers it.
fn check_caller(world: &World, method: &str, caller: &Caller) -> Result<(), Refusal> {
    let is_permissions = method.starts_with("admin.apps.permissions.");
    if world.enterprise.is_none() || world.holds(&Circumstance::AdminApisOff) {
        return refuse(if is_permissions {
            "not_an_enterprise"
        } else {
            "feature_not_enabled"
        });
    }
    if !caller.is_org_wide() {
        return refuse(if is_permissions {
            "not_an_enterprise"
        } else {
            "app_management_app_not_installed_on_org"
        });
    }
    if !world.is_org_admin(&caller.user) {
        return refuse(match method {
            "admin.apps.uninstall" => "permission_denied",
            "admin.apps.permissions.list" => "restricted_action",
            "admin.apps.config.set" => "access_denied",
            _ if is_permissions => "access_denied",
            _ => "not_an_admin",
        });
    }
    match keeper(world, caller) {
        Some(code) => refuse(code(method)),
        None => Ok(()),
    }
}

/// The word that each method has for what keeps somebody from it.
type Words = fn(&str) -> &'static str;

/// What keeps an administrator from apps.
fn keeper(world: &World, caller: &Caller) -> Option<Words> {
    let user = || caller.user.clone();
    let kept: [(Circumstance, Words); 3] = [
        (Circumstance::AppManagementForbidden { user: user() }, forbidden),
        (Circumstance::AppManagementRestricted { user: user() }, restricted),
        (Circumstance::AdminMethodsForbidden { user: user() }, not_allowed),
    ];
    kept.into_iter()
        .find(|(circumstance, _)| world.holds(circumstance))
        .map(|(_, code)| code)
}

fn forbidden(method: &str) -> &'static str {
    match method.trim_start_matches("admin.apps.") {
        "requests.list" => "user_is_restricted",
        "approved.list" | "restricted.list" => "not_allowed",
        "approve" | "restrict" => "not_an_admin",
        "requests.cancel" | "uninstall" | "permissions.list" | "config.lookup" | "activities.list" => {
            "restricted_action"
        }
        _ => "access_denied",
    }
}

fn restricted(method: &str) -> &'static str {
    match method.trim_start_matches("admin.apps.") {
        "clearResolution" | "requests.cancel" | "requests.list" | "approved.list" | "restricted.list" | "uninstall"
        | "permissions.list" => "restricted_action",
        "approve" | "restrict" => "not_an_admin",
        _ => "access_denied",
    }
}

fn not_allowed(method: &str) -> &'static str {
    match method.trim_start_matches("admin.apps.") {
        "requests.list" | "approved.list" | "restricted.list" => "not_allowed",
        "approve" | "restrict" => "not_an_admin",
        _ => "access_denied",
    }
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

pub(super) fn is_enterprise(world: &World, id: &str) -> bool {
    let id = EnterpriseId::new(id).ok();
    id.is_some() && id.as_ref() == world.enterprise.as_ref().map(|found| &found.id)
}

/// An array argument: JSON, in a form as text, or names with commas between.
pub(super) fn texts(arguments: &Arguments, name: &str) -> Option<Vec<String>> {
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
