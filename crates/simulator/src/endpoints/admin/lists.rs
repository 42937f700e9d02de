//! `admin.apps.requests.list`, `approved.list` and `restricted.list`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use grantbook_api::ErrorCode;
use grantbook_core::AppId;
use serde_json::{Value, json};

use super::{
    super::{
        answer::{Done, Refusal},
        arguments::Arguments,
    },
    level, limit, refuse,
};
use crate::state::{ResolutionStatus, World};

/// The pending requests of one workspace, or those for the whole organization, oldest first.
pub(super) fn requests(world: &World, arguments: &Arguments) -> Result<Done, Refusal> {
    let Some(level) = level(world, arguments, "enterprise_not_found")? else {
        return refuse("no_team_or_enterprise_provided");
    };
    let (limit, certified) = (limit(arguments)?, arguments.is_true("certified"));
    let start: u64 =
        cursor(arguments, "request:")?.map_or(Ok(0), |text| text.parse().map_err(|_| ErrorCode::InvalidCursor))?;
    let pending = world.approvals.requests.pending_at(level.team(), start);
    let mut rows = pending.filter(|request| certified || !world.is_certified(&request.app));
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
    let start = cursor(arguments, "app_id:")?.map(AppId::new).transpose();
    let start = start.map_err(|_| ErrorCode::InvalidCursor)?;
    let field = match status {
        ResolutionStatus::Approved => "approved_apps",
        ResolutionStatus::Restricted => "restricted_apps",
    };
    let mut rows = world
        .approvals
        .resolutions
        .at(&level, start.as_ref())
        .filter(|(_, found)| found.status == status)
        .filter_map(|(app, resolution)| Some((world.listed(app)?, resolution)))
        .filter(|(app, _)| app.certified == certified);
    let page = rows.by_ref().take(limit);
    let page: Vec<Value> = page
        .map(|(app, resolution)| world.resolution_object(&app, resolution))
        .collect();
    let next = rows.next();
    let next = next.map(|(app, _)| STANDARD.encode(format!("app_id:{}", app.id)));
    Ok(paged(field, &page, next))
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
