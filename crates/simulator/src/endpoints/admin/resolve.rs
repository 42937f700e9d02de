//! `admin.apps.approve`, `restrict`, `clearResolution` and `requests.cancel`.

use grantbook_api::ErrorCode;
use grantbook_core::{AppId, Scope, catalogue};
use serde_json::json;

use super::{
    super::{
        answer::{Done, Refusal},
        arguments::Arguments,
        web_api::Caller,
    },
    level, refuse, texts,
};
use crate::state::{
    Circumstance, Level, ListedApp, Moment, ResolutionStatus, World,
    approvals::{Decision, Subject},
};

fn done() -> Done {
    Done::with(&json!({}))
}

pub(super) fn approve(
    world: &mut World,
    moment: &Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let (subject, level) = subject(world, arguments)?;
    if level != Level::Organization {
        if world.is_restricted_org_wide(&subject.app.id) {
            return refuse("app_restricted_org_wide");
        }
        if subject.app.certified {
            return refuse("org_resolution_required");
        }
    }
    let decision = decision(arguments, caller, ResolutionStatus::Approved, level)?;
    let installs_children = arguments.is_true("allow_child_auto_install");
    if installs_children && !subject.app.makes_apps {
        return refuse("app_not_eligible_for_auto_install");
    }
    world.resolve(moment.now, &subject, &decision);
    if installs_children {
        // From here on the app is approved, whatever comes of the rule.
        if world.holds(&Circumstance::AutoInstallRulesFail) {
            return refuse("auto_install_rule_creation_failed");
        }
        let user = caller.user.clone();
        if world.holds(&Circumstance::AutoInstallRulesForbidden { user }) {
            return refuse("not_allowed_to_create_automation_rule");
        }
        if !world.approvals.auto_install.contains(&subject.app.id) {
            world.approvals.auto_install.push(subject.app.id);
        }
    }
    Ok(done())
}

pub(super) fn restrict(
    world: &mut World,
    moment: &Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let (subject, level) = subject(world, arguments)?;
    let decision = decision(arguments, caller, ResolutionStatus::Restricted, level)?;
    world.resolve(moment.now, &subject, &decision);
    Ok(done())
}

/// What is decided on and where: by request or by app, in a workspace or in the organization.
fn subject(world: &World, arguments: &Arguments) -> Result<(Subject, Level), Refusal> {
    let (app, request) = (arguments.text("app_id"), arguments.text("request_id"));
    if app.is_some() && request.is_some() {
        return refuse("too_many_ids_provided");
    }
    if app.is_none() && request.is_none() {
        return refuse("request_id_or_app_id_is_required");
    }
    let level = level(world, arguments, "team_not_found")?;
    if let Some(id) = request {
        return requested(world, &id, level);
    }
    let app = named_app(world, app.as_deref())?;
    // Without either, Slack cannot tell where: `team_not_found`, as from the lists (F.1).
    let level = level.ok_or(ErrorCode::TeamNotFound)?;
    if app.custom_integration {
        return refuse("request_id_required_for_custom_integrations");
    }
    Ok((Subject { app, request: None }, level))
}

/// A pending request. Where neither level is named, its own counts.
fn requested(world: &World, id: &str, level: Option<Level>) -> Result<(Subject, Level), Refusal> {
    let found = world.approvals.requests.get(id);
    let found = found.ok_or_else(|| ErrorCode::from("invalid_request_id"))?;
    let elsewhere = matches!((&level, &found.team), (Some(Level::Team(named)), Some(own)) if named != own);
    if elsewhere {
        return refuse("invalid_request_id");
    }
    if !found.is_pending() {
        return refuse("request_already_resolved");
    }
    let app = named_app(world, Some(found.app.as_str()))?;
    let level = level.unwrap_or_else(|| Level::of(found.team.as_ref()));
    if app.custom_integration && level == Level::Organization {
        return refuse("custom_integration_not_allowed_at_enterprise");
    }
    let request = Some(found.id.clone());
    Ok((Subject { app, request }, level))
}

fn named_app(world: &World, id: Option<&str>) -> Result<ListedApp, Refusal> {
    let id = id.and_then(|id| AppId::new(id).ok());
    let app = id.and_then(|id| world.listed(&id));
    app.ok_or_else(|| ErrorCode::from("invalid_app_id").into())
}

fn decision(
    arguments: &Arguments,
    caller: &Caller,
    status: ResolutionStatus,
    level: Level,
) -> Result<Decision, Refusal> {
    Ok(Decision {
        status,
        level,
        bot_scopes: scopes(arguments, "bot_scopes")?,
        user_scopes: scopes(arguments, "user_scopes")?,
        domains: texts(arguments, "domains").unwrap_or_default(),
        by: caller.user.clone(),
    })
}

/// Scopes with commas between. Sent and empty means none; absent means all.
fn scopes(arguments: &Arguments, name: &str) -> Result<Option<Vec<Scope>>, Refusal> {
    if !arguments.has(name) {
        return Ok(None);
    }
    let named = texts(arguments, name).unwrap_or_default();
    let known = named
        .into_iter()
        .map(|name| Scope::new(name).ok().filter(|scope| catalogue::find(scope).is_some()));
    let known: Option<Vec<Scope>> = known.collect();
    known.map(Some).ok_or_else(|| ErrorCode::from("invalid_scopes").into())
}

pub(super) fn clear(world: &mut World, arguments: &Arguments) -> Result<Done, Refusal> {
    let app = arguments.required("app_id")?;
    let level = level(world, arguments, "team_not_found")?.ok_or(ErrorCode::TeamNotFound)?;
    let app = named_app(world, Some(&app))?;
    if world.clear_resolution(&app.id, &level) {
        Ok(done())
    } else {
        refuse("no_resolution_found")
    }
}

pub(super) fn cancel(
    world: &mut World,
    moment: &Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let id = arguments.required("request_id")?;
    let level = level(world, arguments, "team_not_found")?;
    let found = world.approvals.requests.get(&id);
    let found = found.filter(|request| {
        level
            .as_ref()
            .is_none_or(|level| *level == Level::of(request.team.as_ref()))
    });
    let found = found.ok_or_else(|| ErrorCode::from("invalid_request_id"))?;
    if !found.is_pending() {
        return refuse("request_already_resolved");
    }
    world.cancel_request(moment.now, &id, &caller.user);
    Ok(done())
}
