//! The REST door, `/api/v1`: everything that the page does, and scripts can do as well.
//!
//! One file per action in a folder per noun. A handler calls one flow and shapes the reply; it names
//! `Viewer` or `Admin` among its arguments, or it is public. To add an endpoint: write the handler with
//! its `#[utoipa::path]`, and add it to its noun's `router()`. Route and OpenAPI document come from the
//! same line, and a test asks every path of the document without a session.

mod app_alarms;
mod app_requests;
mod approval_reports;
mod apps;
mod audit;
mod csv;
mod drift;
mod encryption;
mod extend_approval;
mod history;
mod installations;
mod installs;
mod keys;
pub mod openapi;
mod org_apps;
mod paging;
mod params;
mod permission_requests;
mod rules;
mod scopes;
mod session;
mod setup;
pub mod stream;
mod welcome;
mod workspaces;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::AppState;

/// Where the door is.
pub const BASE: &str = "/api/v1";

/// All endpoints but those of [`patient_router`], which are not bound to the time of the others.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(welcome::welcome))
        .routes(routes!(setup::set_up))
        .routes(routes!(installs::list))
        .routes(routes!(scopes::list))
        .routes(routes!(audit::list))
        .routes(routes!(audit::export))
        .routes(routes!(encryption::get))
        .routes(routes!(extend_approval::extend))
        .merge(session::router())
        .merge(apps::router())
        .merge(workspaces::router())
        .merge(installations::router())
        .merge(history::router())
        .merge(drift::router())
        .merge(permission_requests::router())
        .merge(rules::router())
        .merge(app_requests::router())
        .merge(keys::router())
        .merge(org_apps::router())
        .merge(app_alarms::router())
        .merge(approval_reports::router())
}

/// The live stream, and what waits for somebody else's refresh.
pub fn patient_router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(stream::stream))
        .merge(installations::patient_router())
}
