//! `/api/v1/session`: signing in and out.

mod demo;
mod get;
mod sign_in;
mod sign_out;

use axum_extra::extract::cookie::CookieJar;
use grantbook_core::view::SessionView;
use grantbook_flows::accounts::{Begun, SessionInfo};
use secrecy::ExposeSecret as _;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::AppState,
    auth::cookie,
    extract::Json,
    settings::{Settings, VERSION},
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get::get, sign_in::sign_in, sign_out::sign_out))
        .routes(routes!(demo::demo))
}

/// A new session: its cookie, and what the page must know.
pub(super) fn begun(settings: &Settings, begun: Begun) -> (CookieJar, Json<SessionView>) {
    let jar = CookieJar::new().add(cookie::set(settings, begun.secret.expose_secret().to_owned()));
    (jar, Json(view(settings, begun.session)))
}

fn view(settings: &Settings, session: SessionInfo) -> SessionView {
    SessionView {
        name: session.name,
        role: session.role,
        csrf_token: session.csrf.expose_secret().to_owned(),
        version: VERSION.to_owned(),
        demo: settings.demo.is_some(),
        simulator_url: settings.demo.as_ref().map(|demo| demo.simulator_url.to_string()),
    }
}
