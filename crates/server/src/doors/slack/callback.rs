//! `GET /slack/{app}/oauth/callback`
//!
//! Where Slack's consent page sends the browser back. Success leads to the workspace's page, the answer to a
//! permission request to a word of thanks; everything else is a small page that says what happened and how to
//! try again.
//!
//! The exchange goes on even when the browser turns away, since Slack's code can be spent only once.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use grantbook_core::AppSlug;
use grantbook_flows::install::{Callback, CallbackError, Outcome};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use tracing::Instrument as _;

use super::{answered, cookie, install::to_slack};
use crate::{
    app::AppState,
    doors::pages::Note,
    error::ApiError,
    extract::{Path, Query},
};

/// What Slack's redirect carries. Never logged.
#[derive(Deserialize)]
pub struct Carried {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// Ends an install.
#[tracing::instrument(name = "slack.callback", skip_all, fields(app = %app))]
pub async fn callback(
    State(state): State<AppState>,
    Path(app): Path<AppSlug>,
    Query(carried): Query<Carried>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let callback = Callback {
        code: carried.code,
        state: carried.state,
        error: carried.error,
    };
    let binding = cookie::read(&headers);
    let (install, slug) = (state.install.clone(), app.clone());
    let exchange = async move { install.callback(&slug, callback, binding.as_deref()).await }.in_current_span();
    let outcome = state
        .lifecycle
        .tasks
        .spawn(exchange)
        .await
        .map_err(ApiError::internal)?;
    let response = match outcome {
        Ok(Outcome::Bounce(begun)) => return Ok(to_slack(&state.settings, &app, begun)),
        Ok(Outcome::Installed(key)) => {
            Redirect::to(&format!("/workspaces/{}?app={}&installed=1", key.tenant, key.app)).into_response()
        }
        Ok(Outcome::Denied) => denied(&app),
        Ok(Outcome::Answered { request, state: stands }) => answered::page(&state, request, &stands),
        Err(error) => failed(&app, &error),
    };
    let jar = CookieJar::new().add(cookie::clear(&state.settings, &app));
    Ok((jar, response).into_response())
}

fn denied(app: &AppSlug) -> Response {
    Note {
        status: StatusCode::OK,
        title: "Nothing was installed",
        text: "You pressed Cancel on Slack’s page, so nothing has changed. You can start again at any time.",
        code: None,
        links: &[(&again(app), "Start again"), ("/", "To Grantbook")],
    }
    .into_response()
}

fn failed(app: &AppSlug, error: &CallbackError) -> Response {
    let (status, title, text) = match error {
        CallbackError::UnknownApp(_) => return Note::unknown_app(app),
        CallbackError::Store(_) => {
            ApiError::internal(error);
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "The install could not be kept",
                "Slack answered, but the answer could not be stored here. Start again; it does no harm to install twice.",
            )
        }
        CallbackError::Exchange { .. } => (
            StatusCode::BAD_GATEWAY,
            "Slack did not complete the install",
            "Slack did not hand over access. Start again; if it fails the same way, tell whoever looks after this app.",
        ),
        CallbackError::ExpiredState => (
            StatusCode::BAD_REQUEST,
            "This took too long",
            "An install must be finished within ten minutes. Start again.",
        ),
        CallbackError::UsedState => (
            StatusCode::BAD_REQUEST,
            "This link was used already",
            "Each install link works once. If the app is not installed yet, start again.",
        ),
        CallbackError::ForeignBrowser => (
            StatusCode::BAD_REQUEST,
            "This install was started in another browser",
            "To protect you it must be finished where it was started. Start again in this browser.",
        ),
        CallbackError::UnknownState | CallbackError::Empty => (
            StatusCode::BAD_REQUEST,
            "This install was not started here",
            "This address does not belong to an install that this console knows. Nothing was changed. Start again.",
        ),
    };
    let code = match error {
        CallbackError::Exchange { code } => Some(code.as_str()),
        _ => None,
    };
    let links = [(again(app), "Start again"), ("/".to_owned(), "To Grantbook")];
    let links = links.each_ref().map(|(address, words)| (address.as_str(), *words));
    Note {
        status,
        title,
        text,
        code,
        links: &links,
    }
    .into_response()
}

fn again(app: &AppSlug) -> String {
    format!("/slack/{app}/install")
}
