//! `/client`: the page a person uses, its parts as they change, and in [`act`](self::act::act) the form
//! all its buttons send.

mod act;

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use grantbook_core::{TeamId, UserId};
use http::{StatusCode, Uri};
use serde_json::{Value, json};

pub(super) use act::act;

use super::{answer::plain_json, assets::page};
use crate::{
    html::Html,
    pages::{
        self, Clock,
        client::{self, Place, View},
        glass,
    },
    slack::Slack,
    state::World,
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
            let listed = world.approvals.listed.get(at);
            listed
                .filter(|app| !app.deleted)
                .map(|app| Place::Listed(app.id.clone()))
        })
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
    let (bar, main) = slack.read(|world| (client::bar(world, &view), client::main(world, &view, glass)));
    page(
        StatusCode::OK,
        &pages::document("Client", clock(&slack), &bar, &main),
        None,
    )
}

/// `GET /client/live`: the parts of a page that have changed. `marks` are those the page shows, as in
/// `log.5f3a,dialog.0`.
pub(super) async fn live(State(slack): State<Arc<Slack>>, uri: Uri) -> Response {
    let query = query(&uri);
    let Some(view) = slack.read(|world| view(world, &query)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let marks = query.iter().find(|(name, _)| name == "marks");
    let marks = marks.map(|(_, marks)| marks.as_str()).unwrap_or_default();
    plain_json(StatusCode::OK, &json!({ "parts": changed(&slack, &view, marks) }))
}

/// The parts whose marks are not among `marks`, by name.
fn changed(slack: &Slack, view: &View, marks: &str) -> Value {
    let glass = panel(slack, &view.address());
    let shown: Vec<(&str, &str)> = marks.split(',').filter_map(|mark| mark.split_once('.')).collect();
    let parts = slack.read(|world| client::parts(world, view, glass));
    let parts = parts
        .into_iter()
        .filter(|part| !shown.contains(&(part.name, part.mark.as_str())));
    let named = parts.map(|part| {
        (
            part.name.to_owned(),
            json!({ "mark": part.mark, "html": part.html.into_string() }),
        )
    });
    Value::Object(named.collect())
}

fn panel(slack: &Slack, back: &str) -> Html {
    let (calls, deliveries) = (slack.calls.latest(LATEST), slack.push.log.latest(LATEST));
    let clock = clock(slack);
    slack.read(|world| glass::inside(world, &calls, &deliveries, clock, back))
}
