//! The doors: Slack's Web API, the consent page, the client page and the control door.

mod answer;
mod arguments;
mod assets;
mod auth;
mod authorize;
mod chat;
mod client;
mod control;
mod lookups;
mod multipart;
mod oauth;
mod permissions;
mod web_api;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    response::Redirect,
    routing::{any, get, post},
};

use crate::slack::Slack;

/// The largest body accepted, in bytes.
const BODY_LIMIT: usize = 2 << 20;

/// Every address the simulator answers.
pub(crate) fn router(slack: Arc<Slack>) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/client") }))
        .route("/api/{method}", any(web_api::call))
        .route("/oauth/authorize", get(authorize::show).post(authorize::answer))
        .route("/client", get(client::show))
        .route("/client/glass", get(client::glass))
        .route("/client/act", post(client::act))
        .route("/sim", get(control::overview))
        .route("/sim/state", get(control::state))
        .route("/sim/seed", post(control::seed))
        .route("/sim/actions", post(control::actions))
        .route("/sim/clock", get(control::clock).post(control::turn_clock))
        .route("/sim/calls", get(control::calls))
        .route("/sim/deliveries", get(control::deliveries))
        .route(
            "/sim/faults",
            get(control::faults)
                .post(control::set_fault)
                .delete(control::clear_faults),
        )
        .route("/sim/assets/{name}", get(assets::show))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(slack)
}
