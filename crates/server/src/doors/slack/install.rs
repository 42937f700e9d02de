//! `GET /slack/{app}/install`
//!
//! Sends the browser to Slack's consent page, with a `state` that only this browser can bring back.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use grantbook_core::{AppSlug, TeamId};
use grantbook_flows::install::{BeginError, BeginOptions, Begun};
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
}

/// Begins an install.
#[tracing::instrument(name = "slack.install", skip_all, fields(app = %app))]
pub async fn install(
    State(state): State<AppState>,
    Path(app): Path<AppSlug>,
    Query(choices): Query<Choices>,
) -> Result<Response, ApiError> {
    let options = BeginOptions {
        team: choices.team,
        single_channel: choices.single_channel,
    };
    match state.install.begin(&app, options).await {
        Ok(begun) => Ok(to_slack(&state.settings, &app, begun)),
        // A person followed this link: they get a page, not a document for programs.
        Err(BeginError::UnknownApp(_)) => Ok(Note::unknown_app(&app)),
        Err(error) => Err(error.into()),
    }
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
            BeginError::Store(_) => Self::internal(error),
        }
    }
}
