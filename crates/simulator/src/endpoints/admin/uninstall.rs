//! `admin.apps.uninstall`: out of workspaces, or out of the whole organization.

use std::collections::BTreeSet;

use grantbook_api::ErrorCode;
use grantbook_core::{AppId, TeamId};
use serde_json::json;

use super::{
    super::{
        answer::{Done, Refusal},
        arguments::Arguments,
        web_api::Caller,
    },
    is_enterprise, refuse, team_named, texts,
};
use crate::state::{DeveloperType, Moment, World};

/// The most workspaces in one call.
const MOST: usize = 100;

pub(super) fn run(
    world: &mut World,
    moment: &mut Moment<'_>,
    caller: &Caller,
    arguments: &Arguments,
) -> Result<Done, Refusal> {
    let id = arguments.required("app_id")?;
    let (teams, enterprise) = (texts(arguments, "team_ids"), arguments.text("enterprise_id"));
    if teams.is_some() == enterprise.is_some() {
        return refuse("specify_enterprise_or_teams");
    }
    if teams.as_ref().is_some_and(|teams| teams.len() > MOST) {
        return refuse("too_many_teams");
    }
    if enterprise.is_some_and(|id| !is_enterprise(world, &id)) {
        return refuse("enterprise_not_found");
    }
    let teams: Option<Option<BTreeSet<TeamId>>> =
        teams.map(|teams| teams.iter().map(|team| team_named(world, team)).collect());
    let teams = match teams {
        Some(None) => return refuse("teams_not_found"),
        Some(named) => named,
        None => None,
    };
    let app = AppId::new(id).ok().and_then(|id| world.listed(&id));
    let app = app.ok_or_else(|| ErrorCode::from("app_not_found"))?;
    // Slack's own apps stay, and an app does not saw off the branch it sits on.
    if app.developer_type == DeveloperType::Slack || app.id == caller.app {
        return refuse("can_not_uninstall");
    }
    if teams.is_some() && world.org(&app.id).is_some() {
        return refuse("must_revoke_access");
    }
    let events = match teams {
        Some(teams) => world.uninstall_from(moment, &app.id, &teams, &caller.user),
        None => world.uninstall_everywhere(moment, &app.id, &caller.user),
    };
    Ok(Done {
        events,
        ..Done::with(&json!({}))
    })
}
