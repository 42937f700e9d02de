//! The doors: Slack's Web API, the consent page, the client page and the control door.

mod admin;
mod answer;
mod arguments;
mod assets;
mod auth;
mod authorize;
mod body;
mod chat;
mod client;
mod connections;
mod control;
mod developers;
mod forms;
mod hooks;
mod lookups;
mod modern;
mod multipart;
mod oauth;
mod oauth_v2;
mod orgs;
mod permissions;
mod personal;
mod places;
mod requests;
mod rotation;
mod web_api;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    response::Redirect,
    routing::{any, get, post},
};

use crate::slack::Slack;

/// Every address the simulator answers.
pub(crate) fn router(slack: Arc<Slack>) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/client") }))
        .route("/api/{method}", any(web_api::call))
        .route("/api/v1/{method}", any(web_api::call))
        .route("/oauth/authorize", get(authorize::show).post(authorize::answer))
        .route("/oauth/v2/authorize", get(authorize::show_v2).post(authorize::answer))
        .route("/client", get(client::show))
        .route("/client/act", post(client::act))
        .route("/client/live", get(client::live))
        .route("/hooks/{kind}/{team}/{id}/{secret}", post(hooks::reply))
        .route("/link/", get(connections::link))
        .route("/sim", get(control::overview))
        .route("/sim/state", get(control::state))
        .route("/sim/seed", post(control::seed))
        .route("/sim/actions", post(control::actions))
        .route("/sim/clock", get(control::clock).post(control::turn_clock))
        .route("/sim/calls", get(control::calls))
        .route("/sim/triggers", get(control::triggers))
        .route("/sim/dialogs", get(control::dialogs))
        .route("/sim/approvals", get(control::approvals))
        .route("/sim/rotations", get(control::rotations))
        .route("/sim/sockets", get(control::sockets).post(control::disconnect))
        .route("/sim/deliveries", get(control::deliveries))
        .route(
            "/sim/faults",
            get(control::faults)
                .post(control::set_fault)
                .delete(control::clear_faults),
        )
        .route("/sim/assets/{name}", get(assets::show))
        .layer(DefaultBodyLimit::max(body::LIMIT))
        .with_state(slack)
}
