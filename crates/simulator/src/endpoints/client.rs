//! `/client`: the page a person uses, its live panel, and the form all its buttons send.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use grantbook_core::{TeamId, UserId};
use http::{HeaderMap, StatusCode, Uri};
use serde_json::{Map, Value, json};

use super::assets::{page, same_site};
use crate::{
    html::Html,
    pages::{
        self, Clock,
        client::{self, Place, View},
        glass,
    },
    slack::Slack,
    state::{Action, World},
};

/// Calls and deliveries looked at for the panel.
const LATEST: usize = 20;

/// What the clock shows.
pub(super) fn clock(slack: &Slack) -> Clock {
    let clock = &slack.clock;
    Clock {
        now: clock.now(),
        frozen: clock.is_frozen(),
        offset_seconds: clock.offset_seconds(),
    }
}

/// The workspace shown when none is asked for: the one with the built-in apps' first home, or any.
pub(super) fn first_team(world: &World) -> Option<TeamId> {
    let with_home = world
        .conversations
        .values()
        .find(|conversation| conversation.app.is_some());
    with_home
        .map(|conversation| conversation.team.clone())
        .or_else(|| world.teams.keys().next().cloned())
}

/// The person who acts when none is asked for.
pub(super) fn first_user(world: &World, team: &TeamId) -> Option<UserId> {
    let mut homes = world
        .conversations
        .values()
        .filter(|c| c.app.is_some() && c.team == *team);
    let at_home = homes.find_map(|home| home.members.first());
    at_home
        .cloned()
        .or_else(|| world.members(team).first().map(|user| user.id.clone()))
}

fn view(world: &World, query: &[(String, String)]) -> Option<View> {
    let field = |name: &str| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let team = field("team")
        .and_then(|id| world.teams.get(id))
        .map(|team| team.id.clone())
        .or_else(|| first_team(world))?;
    let user = field("user")
        .and_then(|id| world.users.get(id))
        .filter(|user| user.teams.contains(&team));
    let user = user.map(|user| user.id.clone()).or_else(|| first_user(world, &team))?;
    let at = field("at").unwrap_or_default();
    let conversation = world
        .conversations
        .get(at)
        .filter(|c| c.team == team && c.is_visible_to(&user));
    let person = world.users.get(at).filter(|person| person.teams.contains(&team));
    let at = conversation
        .map(|c| match &c.app {
            Some(app) => Place::App(app.clone()),
            None => Place::Conversation(c.id.clone()),
        })
        .or_else(|| person.map(|person| Place::Person(person.id.clone())))
        .or_else(|| world.app(at).map(|app| Place::App(app.id.clone())))
        .or_else(|| {
            world
                .apps
                .values()
                .find(|app| world.installation(&app.id, &team).is_some())
                .map(|app| Place::App(app.id.clone()))
        })
        .or_else(|| {
            world
                .conversations
                .values()
                .find(|c| c.app.is_some())
                .and_then(|c| c.app.clone())
                .map(Place::App)
        })
        .or_else(|| world.apps.keys().next().cloned().map(Place::App))?;
    let folded = field("show") == Some("messages");
    let problem = field("problem").map(str::to_owned);
    Some(View {
        team,
        user,
        at,
        folded,
        problem,
    })
}

fn query(uri: &Uri) -> Vec<(String, String)> {
    serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default()
}

pub(super) async fn show(State(slack): State<Arc<Slack>>, uri: Uri) -> Response {
    let Some(view) = slack.read(|world| view(world, &query(&uri))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let glass = panel(&slack, &view.address());
    let (bar, main) = slack.read(|world| (client::bar(world, &view), client::main(world, &view, &glass)));
    page(
        StatusCode::OK,
        &pages::document("Client", clock(&slack), &bar, &main),
        None,
    )
}

pub(super) async fn glass(State(slack): State<Arc<Slack>>, uri: Uri) -> Response {
    let back = query(&uri)
        .into_iter()
        .find(|(name, _)| name == "back")
        .map(|(_, value)| value)
        .unwrap_or_default();
    page(StatusCode::OK, &panel(&slack, &back).into_string(), None)
}

fn panel(slack: &Slack, back: &str) -> Html {
    glass::inside(
        &slack.calls.latest(LATEST),
        &slack.push.log.latest(LATEST),
        clock(slack),
        back,
    )
}

/// Does what a button says and goes back to the page, by 303.
pub(super) async fn act(State(slack): State<Arc<Slack>>, headers: HeaderMap, body: Bytes) -> Response {
    if !same_site(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    let field = |name: &str| {
        fields
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let back = field("back")
        .filter(|back| back.starts_with("/client"))
        .unwrap_or("/client");
    match field("action") {
        Some("advance_clock") => {
            let seconds = field("advance_seconds").and_then(|text| text.parse().ok()).unwrap_or(0);
            slack.clock.advance(Duration::from_secs(seconds));
        }
        Some("reset_clock") => slack.clock.reset(),
        Some(_) => match serde_json::from_value::<Action>(action(&fields)) {
            Ok(action) => {
                if let Err(error) = slack.act(&action) {
                    return refused(back, &error.to_string());
                }
            }
            Err(_) => return refused(back, "the form was incomplete"),
        },
        None => return StatusCode::BAD_REQUEST.into_response(),
    }
    Redirect::to(back).into_response()
}

fn refused(back: &str, problem: &str) -> Response {
    let problem = serde_urlencoded::to_string([("problem", problem)]).unwrap_or_default();
    let joint = if back.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{back}{joint}{problem}")).into_response()
}

/// The form's fields as an action: scopes become a list, and a chosen channel is the resource.
fn action(fields: &[(String, String)]) -> Value {
    let mut object = Map::new();
    for (name, value) in fields {
        match name.as_str() {
            "back" => {}
            "scopes" => _ = object.insert(name.clone(), json!(value.split(',').collect::<Vec<_>>())),
            _ => _ = object.insert(name.clone(), json!(value)),
        }
    }
    if !object.contains_key("resource")
        && let Some(channel) = object.get("channel").cloned()
    {
        object.insert("resource".to_owned(), channel);
    }
    Value::Object(object)
}
