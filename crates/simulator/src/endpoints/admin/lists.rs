//! `admin.apps.requests.list`, `approved.list` and `restricted.list`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use grantbook_api::ErrorCode;
use serde_json::{Value, json};

use super::{
    super::{
        answer::{Done, Refusal},
        arguments::Arguments,
    },
    level, limit, refuse,
};
use crate::state::{Level, ResolutionStatus, World};

/// The pending requests of one workspace, or those for the whole organization, oldest first.
pub(super) fn requests(world: &World, arguments: &Arguments) -> Result<Done, Refusal> {
    let Some(level) = level(world, arguments, "enterprise_not_found")? else {
        return refuse("no_team_or_enterprise_provided");
    };
    let (limit, certified) = (limit(arguments)?, arguments.is_true("certified"));
    let start: u64 =
        cursor(arguments, "request:")?.map_or(Ok(0), |text| text.parse().map_err(|_| ErrorCode::InvalidCursor))?;
    let mut rows = world.approvals.requests.iter().filter(|request| {
        let shown = certified || world.listed(&request.app).is_some_and(|app| !app.certified);
        request.is_pending() && request.number >= start && request.team.as_ref() == level.team() && shown
    });
    let page = rows.by_ref().take(limit);
    let page: Vec<Value> = page.map(|request| world.request_object(request, false)).collect();
    let next = rows
        .next()
        .map(|request| STANDARD.encode(format!("request:{}", request.number)));
    Ok(paged("app_requests", &page, next))
}

/// What is decided at one level, by app; the certified apps, or the others.
pub(super) fn resolutions(world: &World, arguments: &Arguments, status: ResolutionStatus) -> Result<Done, Refusal> {
    let level = level(world, arguments, "team_not_found")?.ok_or(ErrorCode::TeamNotFound)?;
    let (limit, certified) = (limit(arguments)?, arguments.is_true("certified"));
    let start = cursor(arguments, "app_id:")?;
    let (field, rows) = match status {
        ResolutionStatus::Approved => ("approved_apps", rows(world, &level, status, certified)),
        ResolutionStatus::Restricted => ("restricted_apps", rows(world, &level, status, certified)),
    };
    let mut rows = rows
        .into_iter()
        .filter(|(id, _)| start.as_ref().is_none_or(|start| id >= start));
    let page: Vec<Value> = rows.by_ref().take(limit).map(|(_, row)| row).collect();
    let next = rows.next().map(|(id, _)| STANDARD.encode(format!("app_id:{id}")));
    Ok(paged(field, &page, next))
}

fn rows(world: &World, level: &Level, status: ResolutionStatus, certified: bool) -> Vec<(String, Value)> {
    let resolutions = world.approvals.resolutions.iter();
    let found = resolutions.filter(|((_, at), found)| at == level && found.status == status);
    let found = found.filter_map(|((app, _), resolution)| Some((world.listed(app)?, resolution)));
    let found = found.filter(|(app, _)| app.certified == certified);
    found
        .map(|(app, resolution)| (app.id.to_string(), world.resolution_object(&app, resolution)))
        .collect()
}

/// What a cursor points to.
fn cursor(arguments: &Arguments, prefix: &str) -> Result<Option<String>, ErrorCode> {
    let Some(cursor) = arguments.text("cursor") else {
        return Ok(None);
    };
    let text = STANDARD
        .decode(cursor)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.and_then(|text| text.strip_prefix(prefix).map(str::to_owned));
    text.map(Some).ok_or(ErrorCode::InvalidCursor)
}

fn paged(field: &str, page: &[Value], next: Option<String>) -> Done {
    let mut body = json!({ "response_metadata": { "next_cursor": next.unwrap_or_default() } });
    body[field] = json!(page);
    Done::with(&body)
}
