//! `/sim/…`: the simulator's own door, for tests and scripts. Nothing like it exists at Slack.
//!
//! `GET /sim` shows an overview; `state`, `seed`, `actions`, `clock`, `calls`, `triggers`, `dialogs`,
//! `deliveries`, `rotations`, `sockets` and `faults` speak JSON. Refusals are `{"ok":false,"error":…,"message":…}` with HTTP 400.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse as _, Response},
};
use grantbook_core::Timestamp;
use http::{HeaderMap, StatusCode, Uri};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    answer::plain_json,
    assets::{page, same_site},
    client,
};
use crate::{
    faults::{Fault, FaultPlan},
    html::Html,
    pages::{self, overview},
    seed::Seed,
    slack::Slack,
    sockets::DisconnectReason,
    state::{Action, App, AppLevelToken, Trigger, World},
};

/// Lines in the overview's tables.
const LINES: usize = 100;

fn refusal(error: &str, message: &str) -> Response {
    plain_json(
        StatusCode::BAD_REQUEST,
        &json!({ "ok": false, "error": error, "message": message }),
    )
}

fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T, Box<Response>> {
    if !same_site(headers) {
        return Err(Box::new(StatusCode::FORBIDDEN.into_response()));
    }
    serde_json::from_slice(body).map_err(|error| Box::new(refusal("invalid_json", &error.to_string())))
}

fn ok(body: &Value) -> Response {
    plain_json(StatusCode::OK, body)
}

pub(super) async fn overview(State(slack): State<Arc<Slack>>) -> Response {
    let (calls, deliveries) = (slack.calls.latest(LINES), slack.push.log.latest(LINES));
    let clock = client::clock(&slack);
    let main = slack.read(|world| overview::main(world, &calls, &deliveries, clock));
    page(
        StatusCode::OK,
        &pages::document("Calls and deliveries", clock, &Html::default(), &main),
        None,
    )
}

/// The world as JSON; `?secrets` adds secrets and tokens.
pub(super) async fn state(State(slack): State<Arc<Slack>>, uri: Uri) -> Response {
    let secrets = uri
        .query()
        .is_some_and(|query| query.split('&').any(|field| field.split('=').next() == Some("secrets")));
    ok(&slack.read(|world| world_json(world, secrets)))
}

fn world_json(world: &World, secrets: bool) -> Value {
    let installations: Vec<Value> = world
        .installations
        .iter()
        .map(|((app, team), installation)| json!({ "app": app, "team": team, "installation": installation }))
        .collect();
    let orgs: Vec<Value> = world
        .orgs
        .iter()
        .map(|(app, org)| json!({ "app": app, "installation": org }))
        .collect();
    let mut body = json!({
        "ok": true,
        "org_installations": orgs,
        "enterprise": world.enterprise,
        "teams": world.teams.values().collect::<Vec<_>>(),
        "users": world.users.values().collect::<Vec<_>>(),
        "conversations": world.conversations.values().collect::<Vec<_>>(),
        "apps": world.apps.values().map(|app| app_json(app, secrets)).collect::<Vec<_>>(),
        "installations": installations,
        "messages": world.messages,
        "circumstances": world.circumstances,
    });
    if secrets {
        let token = |(text, token): (&str, &crate::state::Token)| {
            json!({
                "token": text,
                "kind": token.kind.as_str(),
                "app": token.app, "team": token.tenant, "user": token.user, "generation": token.generation,
                "issued": token.issued, "expires": token.expires, "revoked": token.revoked,
            })
        };
        body["tokens"] = world.tokens().map(token).collect();
    }
    body
}

fn app_json(app: &App, secrets: bool) -> Value {
    let mut body = json!({
        "id": app.id, "slug": app.slug, "name": app.name, "description": app.description,
        "client_id": app.client_id, "redirect_uris": app.redirect_uris, "events_url": app.events_url,
        "interactions_url": app.interactions_url, "commands_url": app.commands_url, "commands": app.commands,
        "install_url": app.install_url, "optional_scopes": app.optional_scopes, "user_scopes": app.user_scopes,
        "only_team": app.only_team, "scopes": app.scopes, "model": app.model,
        "token_rotation": app.token_rotation, "refresh_grace_seconds": app.refresh_grace_seconds,
        "org_deploy_enabled": app.org_deploy_enabled, "socket_mode": app.socket_mode,
    });
    if secrets {
        body["client_secret"] = json!(app.client_secret.expose());
        body["signing_secret"] = json!(app.signing_secret.expose());
        body["verification_token"] = json!(app.verification_token);
        let app_level = |own: &AppLevelToken| json!({ "token": own.token.expose(), "scopes": own.scopes });
        body["app_tokens"] = app.app_tokens.iter().map(app_level).collect();
    }
    body
}

pub(super) async fn seed(State(slack): State<Arc<Slack>>, headers: HeaderMap, body: Bytes) -> Response {
    if !same_site(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let seed = Seed::from_json(&String::from_utf8_lossy(&body), &slack.console_url);
    match seed.and_then(|seed| slack.reseed(seed)) {
        Ok(()) => ok(&json!({ "ok": true })),
        Err(error) => refusal("invalid_seed", &error.to_string()),
    }
}

/// One action, heard of by the apps or not.
#[derive(Deserialize)]
struct Deed {
    #[serde(flatten)]
    action: Action,
    /// The events that would follow are lost.
    #[serde(default)]
    quiet: bool,
}

pub(super) async fn actions(State(slack): State<Arc<Slack>>, headers: HeaderMap, body: Bytes) -> Response {
    let deed: Deed = match read(&headers, &body) {
        Ok(deed) => deed,
        Err(response) => return *response,
    };
    let acted = if deed.quiet {
        slack.act_quietly(&deed.action)
    } else {
        slack.act(&deed.action)
    };
    match acted {
        Ok(acted) => {
            let events: Vec<Value> = acted
                .events
                .iter()
                .map(|event| json!({ "id": event.event_id, "type": event.event.kind() }))
                .collect();
            let asked = acted.requests.iter().map(|asked| match asked {
                Ok(id) => json!({ "request": id }),
                Err(error) => json!({ "error": error.code(), "message": error.to_string() }),
            });
            let code = acted.code.as_ref().map(|code| code.expose().to_owned());
            ok(&json!({
                "ok": true, "events": events, "code": code, "redirect": acted.redirect,
                "trigger_id": acted.trigger_id, "dialog": acted.dialog, "request": acted.request,
                "requests": asked.collect::<Vec<_>>(),
            }))
        }
        Err(error) => refusal(error.code(), &error.to_string()),
    }
}

fn clock_json(slack: &Slack) -> Value {
    json!({
        "ok": true,
        "now": slack.clock.now(),
        "frozen": slack.clock.is_frozen(),
        "offset_seconds": slack.clock.offset_seconds(),
    })
}

pub(super) async fn clock(State(slack): State<Arc<Slack>>) -> Response {
    ok(&clock_json(&slack))
}

/// What to do with the clock, in this order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Turn {
    #[serde(default)]
    reset: bool,
    freeze: Option<bool>,
    set: Option<Timestamp>,
    advance_seconds: Option<u64>,
}

pub(super) async fn turn_clock(State(slack): State<Arc<Slack>>, headers: HeaderMap, body: Bytes) -> Response {
    let turn: Turn = match read(&headers, &body) {
        Ok(turn) => turn,
        Err(response) => return *response,
    };
    if turn.reset {
        slack.clock.reset();
    }
    match turn.freeze {
        Some(true) => slack.clock.freeze(),
        Some(false) => slack.clock.thaw(),
        None => {}
    }
    if let Some(moment) = turn.set {
        slack.clock.set(moment);
    }
    if let Some(seconds) = turn.advance_seconds {
        slack.clock.advance(Duration::from_secs(seconds));
    }
    ok(&clock_json(&slack))
}

pub(super) async fn calls(State(slack): State<Arc<Slack>>, uri: Uri) -> Response {
    let query: Vec<(String, String)> = serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap_or_default();
    let method = query
        .iter()
        .find(|(name, _)| name == "method")
        .map(|(_, value)| value.as_str());
    ok(&json!({ "ok": true, "calls": slack.calls.list(method) }))
}

/// The triggers, the latest first, each with how long the app took.
pub(super) async fn triggers(State(slack): State<Arc<Slack>>) -> Response {
    let line = |trigger: &Trigger| {
        let mut line = json!(trigger);
        line["age_ms"] = json!(trigger.delay_ms());
        line
    };
    let lines: Vec<Value> = slack.read(|world| world.triggers.newest_first().map(line).collect());
    ok(&json!({ "ok": true, "triggers": lines }))
}

/// Every refresh and what came of it, oldest first, and how often a spent refresh token came back.
pub(super) async fn rotations(State(slack): State<Arc<Slack>>) -> Response {
    ok(&slack.read(|world| {
        let lines: Vec<_> = world.rotations.list().collect();
        json!({ "ok": true, "reused": world.rotations.reuses(), "rotations": lines })
    }))
}

/// The Socket Mode connections of apps, oldest first.
pub(super) async fn sockets(State(slack): State<Arc<Slack>>) -> Response {
    ok(&json!({ "ok": true, "sockets": slack.sockets.list() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disconnect {
    app: String,
    reason: DisconnectReason,
}

/// Ends an app's connections, for a reason.
pub(super) async fn disconnect(State(slack): State<Arc<Slack>>, headers: HeaderMap, body: Bytes) -> Response {
    let Disconnect { app, reason } = match read(&headers, &body) {
        Ok(disconnect) => disconnect,
        Err(response) => return *response,
    };
    let Some(id) = slack.read(|world| world.app(&app).map(|app| app.id.clone())) else {
        return refusal("no_app", &format!("there is no app {app:?}"));
    };
    ok(&json!({ "ok": true, "disconnected": slack.sockets.disconnect(&id, reason) }))
}

/// Requests for apps, what is decided, and what is listed.
pub(super) async fn approvals(State(slack): State<Arc<Slack>>) -> Response {
    ok(&slack.read(|world| json!({ "ok": true, "approvals": world.approvals })))
}

/// The permission dialogs, the latest first.
pub(super) async fn dialogs(State(slack): State<Arc<Slack>>) -> Response {
    ok(&slack.read(|world| json!({ "ok": true, "dialogs": world.dialogs.iter().rev().collect::<Vec<_>>() })))
}

pub(super) async fn deliveries(State(slack): State<Arc<Slack>>) -> Response {
    ok(&json!({ "ok": true, "deliveries": slack.push.log.list() }))
}

/// One fault, for the next so many calls.
#[derive(Deserialize)]
struct NextFault {
    method: String,
    #[serde(flatten)]
    fault: Fault,
    #[serde(default = "once")]
    count: u32,
}

const fn once() -> u32 {
    1
}

impl From<NextFault> for FaultPlan {
    fn from(next: NextFault) -> Self {
        Self {
            method: next.method,
            faults: vec![next.fault],
            percent: 100,
            count: Some(next.count),
        }
    }
}

/// A plan of faults, or one fault for the next calls.
fn read_faults(headers: &HeaderMap, body: &Bytes) -> Result<FaultPlan, Box<Response>> {
    let document: Value = read(headers, body)?;
    let plan = if document.get("faults").is_some() {
        serde_json::from_value(document)
    } else {
        serde_json::from_value(document).map(|next: NextFault| next.into())
    };
    plan.map_err(|error| Box::new(refusal("invalid_json", &error.to_string())))
}

pub(super) async fn faults(State(slack): State<Arc<Slack>>) -> Response {
    ok(&json!({ "ok": true, "left": slack.faults.left() }))
}

pub(super) async fn set_fault(State(slack): State<Arc<Slack>>, headers: HeaderMap, body: Bytes) -> Response {
    let plan = match read_faults(&headers, &body) {
        Ok(plan) => plan,
        Err(response) => return *response,
    };
    if !plan.is_possible() {
        return refusal("impossible_fault", "such a fault cannot meet what it is set for");
    }
    slack.faults.set(plan);
    ok(&json!({ "ok": true, "left": slack.faults.left() }))
}

pub(super) async fn clear_faults(State(slack): State<Arc<Slack>>) -> Response {
    slack.faults.clear();
    ok(&json!({ "ok": true }))
}
