//! `GET /slack/{app}/install`
//!
//! Sends the browser to Slack's consent page, with a `state` that only this browser can bring back. The button
//! of a modern app's permission request leads here too, with the request's number and our seal on it.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use grantbook_core::{AppSlug, Scope, TeamId};
use grantbook_flows::install::{BeginError, BeginOptions, Begun, RequestLink};
use http::StatusCode;
use serde::Deserialize;

use super::cookie;
use crate::{
    app::AppState,
    doors::pages::Note,
    error::ApiError,
    extract::{Path, Query},
    settings::Settings,
};

/// What the link may say.
#[derive(Debug, Deserialize)]
pub struct Choices {
    /// Preselects a workspace on Slack's page.
    team: Option<TeamId>,
    /// Asks for one channel only.
    single_channel: Option<bool>,
    /// Scopes of the app's own that are left out, with commas: what a list of unused scopes links to.
    without: Option<String>,
    /// The permission request whose button was followed.
    request: Option<String>,
    /// Our seal on that link.
    seal: Option<String>,
}

impl Choices {
    /// `None` when the link names a request or scopes that cannot be any.
    fn options(self) -> Option<BeginOptions> {
        let request = match self.request {
            None => None,
            Some(number) => Some(RequestLink {
                id: number.parse().ok()?,
                seal: self.seal?,
            }),
        };
        let without = Scope::parse_list(self.without.as_deref().unwrap_or_default()).ok()?;
        Some(BeginOptions {
            without: without.into_iter().collect(),
            team: self.team,
            single_channel: self.single_channel,
            request,
        })
    }
}

/// Begins an install.
#[tracing::instrument(name = "slack.install", skip_all, fields(app = %app))]
pub async fn install(
    State(state): State<AppState>,
    Path(app): Path<AppSlug>,
    Query(choices): Query<Choices>,
) -> Result<Response, ApiError> {
    let Some(options) = choices.options() else {
        return Ok(unknown_request());
    };
    match state.install.begin(&app, options).await {
        Ok(begun) => Ok(to_slack(&state.settings, &app, begun)),
        // A person followed this link: they get a page, not a document for programs.
        Err(BeginError::UnknownApp(_)) => Ok(Note::unknown_app(&app)),
        Err(BeginError::UnknownRequest) => Ok(unknown_request()),
        Err(error) => Err(error.into()),
    }
}

fn unknown_request() -> Response {
    Note {
        status: StatusCode::NOT_FOUND,
        title: "This link belongs to no request",
        text: "It was not made by this console, or was changed on its way. Use the button in the app’s message again.",
        code: None,
        links: &[("/", "To Grantbook")],
    }
    .into_response()
}

/// On to Slack's page, with the binding in a cookie.
pub(super) fn to_slack(settings: &Settings, app: &AppSlug, begun: Begun) -> Response {
    let jar = CookieJar::new().add(cookie::set(settings, app, begun.binding));
    (jar, Redirect::to(begun.redirect.as_str())).into_response()
}

impl From<BeginError> for ApiError {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::UnknownApp(_) => Self::not_found("app_not_found", error),
            BeginError::UnknownRequest => Self::not_found("request_not_found", error),
            BeginError::Store(_) => Self::internal(error),
        }
    }
}
