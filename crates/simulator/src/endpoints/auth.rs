//! `auth.test`, `auth.revoke` and `apps.uninstall`: looking at a token, ending it, ending all.

use grantbook_api::{ErrorCode, methods::AuthTestAnswer};
use grantbook_core::Tenant;
use serde_json::json;

use super::{
    answer::{Done, Refusal},
    arguments::Arguments,
    web_api::Caller,
};
use crate::state::{Moment, OrgInstall, World};

pub(super) fn test(world: &World, moment: &Moment<'_>, caller: &Caller) -> Result<Done, Refusal> {
    let installation = caller.installation(world)?;
    let team = world.teams.get(&caller.team).ok_or(ErrorCode::TeamNotFound)?;
    let expires = world.authenticate(&caller.token, moment.now)?.expires;
    Ok(Done::with(&AuthTestAnswer {
        url: format!("https://{}.slack.com/", team.domain),
        team: team.name.clone(),
        user: world.apps.get(&caller.app).map(|app| app.slug.to_string()),
        team_id: caller.team.clone(),
        user_id: installation.app_user.clone(),
        bot_id: None,
        enterprise_id: world.enterprise.as_ref().map(|enterprise| enterprise.id.clone()),
        is_enterprise_install: false,
        app_id: Some(caller.app.clone()),
        expires_in: expires.map(|end| end.seconds() - moment.now.seconds()),
    }))
}

/// With `test=1` nothing is revoked, and the answer says so.
#[expect(clippy::unnecessary_wraps, reason = "all methods have one shape")]
pub(super) fn revoke(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let dry = arguments.is_true("test");
    let events = if dry {
        Vec::new()
    } else {
        world.revoke_token(moment, &caller.token)
    };
    Ok(Done {
        events,
        ..Done::with(&json!({ "revoked": !dry }))
    })
}

pub(super) fn uninstall(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let (id, secret) = match &arguments.basic {
        Some((id, secret)) => (Some(id.clone()), Some(secret.clone())),
        None => (arguments.text("client_id"), arguments.text("client_secret")),
    };
    let app = world.credentials(id.as_deref(), secret.as_deref(), moment.now)?;
    if app.id != caller.app {
        return Err(ErrorCode::ClientIdTokenMismatch.into());
    }
    // The app must have left each workspace (slackapi/bolt-js#2560); which refusal says so is not documented.
    let covers = |org: &OrgInstall| !org.teams.is_empty();
    if matches!(caller.tenant, Tenant::Enterprise(_)) && world.org(&caller.app).is_some_and(covers) {
        return Err(ErrorCode::from("no_permission").into());
    }
    let events = world.uninstall(moment, &caller.app, &caller.tenant);
    Ok(Done {
        events,
        ..Done::with(&json!({}))
    })
}
