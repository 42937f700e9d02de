//! `admin.apps.activities.list`: what apps logged.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use grantbook_api::ErrorCode;
use grantbook_core::{AppId, TeamId};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    super::{
        answer::{Done, Refusal},
        arguments::Arguments,
    },
    limit, refuse, team_named,
};
use crate::state::{Activity, LogLevel, World};

/// Where entries come from.
const SOURCES: [&str; 2] = ["slack", "developer"];

/// What they are about.
const COMPONENTS: [&str; 4] = ["events_api", "workflows", "functions", "tables"];

/// What a call wants to see.
struct Wanted {
    app: Option<AppId>,
    team: Option<TeamId>,
    level: LogLevel,
    /// Fields that must be just so.
    fields: Vec<(&'static str, String)>,
    from: Option<i64>,
    to: Option<i64>,
    newest_first: bool,
}

impl Wanted {
    fn read(world: &World, arguments: &Arguments) -> Result<Self, Refusal> {
        let app = named_app(world, arguments)?;
        let team = arguments.text("team_id");
        let team = team.map(|id| team_named(world, &id).ok_or_else(|| ErrorCode::from("invalid_team")));
        let team = team.transpose()?;
        let app_is_there = |app: &AppId, team: &TeamId| {
            let covered = world.org(app).is_some_and(|org| org.teams.contains(team));
            covered || world.installed_in(app).contains(team)
        };
        if let (Some(app), Some(team)) = (&app, &team)
            && !app_is_there(app, team)
        {
            return refuse("invalid_app");
        }
        let mut fields = Vec::new();
        for (argument, field, allowed) in [
            ("log_event_type", "event_type", &[][..]),
            ("source", "source", &SOURCES[..]),
            ("component_type", "component_type", &COMPONENTS[..]),
            ("component_id", "component_id", &[][..]),
            ("trace_id", "trace_id", &[][..]),
        ] {
            let Some(value) = arguments.text(argument) else {
                continue;
            };
            if !allowed.is_empty() && !allowed.contains(&value.as_str()) {
                return refuse("invalid_args");
            }
            fields.push((field, value));
        }
        let newest_first = match arguments.text("sort_direction").as_deref() {
            None | Some("desc") => true,
            Some("asc") => false,
            Some(_) => return refuse("invalid_args"),
        };
        Ok(Self {
            app,
            team,
            level: parsed(arguments, "min_log_level", |text| json!(text))?.unwrap_or_default(),
            fields,
            from: parsed(arguments, "min_date_created", number)?,
            to: parsed(arguments, "max_date_created", number)?,
            newest_first,
        })
    }

    fn takes(&self, entry: &Activity) -> bool {
        let shown = json!(entry);
        self.app.as_ref().is_none_or(|app| *app == entry.app_id)
            && self.team.as_ref().is_none_or(|team| *team == entry.team)
            && entry.details.level >= self.level
            && self.fields.iter().all(|(field, value)| shown[*field] == json!(value))
            && self.from.is_none_or(|from| entry.created >= from)
            && self.to.is_none_or(|to| entry.created <= to)
    }
}

pub(super) fn list(world: &World, arguments: &Arguments) -> Result<Done, Refusal> {
    let wanted = Wanted::read(world, arguments)?;
    let limit = limit(arguments).map_err(|_| ErrorCode::from("invalid_args"))?;
    let start = arguments.text("cursor").map(|cursor| read_cursor(&cursor));
    let start = start.map(|start| start.ok_or(ErrorCode::InvalidCursor)).transpose()?;
    let mut found: Vec<&Activity> = world
        .approvals
        .activities
        .iter()
        .filter(|entry| wanted.takes(entry))
        .collect();
    if wanted.newest_first {
        found.reverse();
    }
    let mut rest = found
        .into_iter()
        .skip_while(|entry| start.is_some_and(|start| entry.created != start));
    let page: Vec<Value> = rest.by_ref().take(limit).map(|entry| json!(entry)).collect();
    let next = rest
        .next()
        .map(|entry| STANDARD.encode(format!("log_id:{}", entry.created)));
    Ok(Done::with(&json!({
        "activities": page,
        "response_metadata": { "next_cursor": next.unwrap_or_default() },
    })))
}

fn named_app(world: &World, arguments: &Arguments) -> Result<Option<AppId>, Refusal> {
    let Some(id) = arguments.text("app_id") else {
        return Ok(None);
    };
    let app = AppId::new(id).ok().filter(|app| world.listed(app).is_some());
    app.map(Some).ok_or_else(|| ErrorCode::from("invalid_app_id").into())
}

/// An argument of a type; `invalid_args` where it is none.
fn parsed<T: DeserializeOwned>(
    arguments: &Arguments,
    name: &str,
    value: impl Fn(&str) -> Value,
) -> Result<Option<T>, Refusal> {
    let Some(text) = arguments.text(name) else {
        return Ok(None);
    };
    let read = serde_json::from_value(value(&text)).ok();
    read.map(Some).ok_or_else(|| ErrorCode::from("invalid_args").into())
}

fn number(text: &str) -> Value {
    json!(text.parse::<i64>().ok())
}

fn read_cursor(cursor: &str) -> Option<i64> {
    let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("log_id:")?.parse().ok()
}
