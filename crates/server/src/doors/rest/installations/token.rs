//! `GET /api/v1/installations/{id}/token`: a living token, for API keys that may read tokens.
//!
//! A browser's session never sees one, whatever its role. A caller that hangs up does not cut a refresh short. One
//! that stays may wait for as long as the lease of a process that died lasts, so this door is not bound to the time of
//! the others.

use std::fmt;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use grantbook_core::{InstallationKey, Tenant, Timestamp, view::Problem};
use grantbook_flows::{
    broker::{BrokerError, Brokered},
    rotation::TokenError,
};
use grantbook_store::tokens::Holder;
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use tracing::Instrument as _;
use utoipa::ToSchema;

use super::not_found;
use crate::{
    app::AppState,
    auth::TokenReader,
    doors::rest::params::blank,
    error::ApiError,
    extract::{Json, Path, Query},
};

/// The shortest time that a caller is asked to wait, in seconds.
const SHORTEST_WAIT: u64 = 1;

/// Whose token.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whose {
    /// `app`, as when absent, for the app's own; a person's id for the token with which the app acts for them.
    #[param(value_type = Option<String>, example = "U061F7AUR")]
    #[serde(default, deserialize_with = "blank")]
    pub(super) holder: Option<Holder>,
}

/// A token that can be used now. Prints without it.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenDocument {
    /// For `Authorization: Bearer` towards Slack. Not to be kept longer than `expires_at`.
    #[schema(example = "xoxe.xoxb-…")]
    token: String,
    /// `bot`, `user` or `workspace`.
    token_type: &'static str,
    /// When it ends; absent for one that does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// Which token of this holder it is: a larger number is a newer token.
    generation: u64,
}

impl fmt::Debug for TokenDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenDocument")
            .field("token_type", &self.token_type)
            .field("expires_at", &self.expires_at)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

impl From<Brokered> for TokenDocument {
    fn from(brokered: Brokered) -> Self {
        Self {
            token: brokered.token.expose().to_owned(),
            token_type: brokered.kind.as_str(),
            expires_at: brokered.expires_at,
            generation: brokered.generation,
        }
    }
}

impl IntoResponse for TokenDocument {
    fn into_response(self) -> Response {
        let headers = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
        (headers, Json(self)).into_response()
    }
}

/// A living token: with less than five minutes left it is refreshed first. Needs an API key that may read tokens.
#[utoipa::path(
    get, path = "/installations/{id}/token", tag = "installations", params(("id" = InstallationKey, Path), Whose),
    security(("key" = [])),
    responses(
        (status = OK, body = TokenDocument, description = "`Cache-Control: no-store`"),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`"),
        (status = FORBIDDEN, body = Problem, description = "`no_token_right`: a session, or a key without that right"),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`"),
        (
            status = CONFLICT, body = Problem,
            description = "`no_token`, `token_revoked`, `needs_reauthorization`, `refresh_exhausted`: install the app again"
        ),
        (
            status = SERVICE_UNAVAILABLE, body = Problem,
            description = "`refresh_busy`, `refresh_cooling_down`: wait as `Retry-After` says"
        ),
    )
)]
#[tracing::instrument(name = "api.installations.token", skip_all, fields(installation = %id))]
pub(crate) async fn token(
    TokenReader(who): TokenReader,
    State(state): State<AppState>,
    Path(id): Path<InstallationKey>,
    Query(whose): Query<Whose>,
) -> Result<TokenDocument, ApiError> {
    let holder = whose.holder.unwrap_or(Holder::App);
    let (broker, key) = (state.broker.clone(), id.clone());
    let work = async move {
        let brokered = broker.token(&key, &holder, &who).await;
        if let Ok(Brokered { generation, .. }) = &brokered {
            tracing::info!(token.holder = %holder, token.generation = generation, token.to = who, "a token was handed out");
        }
        brokered
    };
    let brokered = state.lifecycle.tasks.spawn(work.in_current_span()).await;
    match brokered.map_err(ApiError::internal)? {
        Ok(brokered) => Ok(brokered.into()),
        Err(BrokerError::NotFound(key)) => Err(not_found(&key)),
        Err(BrokerError::Token(error)) => Err(repairable(
            problem(&error, state.house.clock.now()),
            &error,
            &state,
            &id,
        )),
        Err(error @ BrokerError::Store(_)) => Err(ApiError::internal(error)),
    }
}

/// Adds where to install the app again, if that mends it.
fn repairable(problem: ApiError, error: &TokenError, state: &AppState, id: &InstallationKey) -> ApiError {
    if !error.needs_installation() {
        return problem;
    }
    let mut door = state.house.addresses.slack_door(&id.app, "install");
    if let Tenant::Team(team) = &id.tenant {
        door.query_pairs_mut().append_pair("team", team.as_str());
    }
    problem.install_url(door)
}

/// Why there is no token, for the caller. `now` tells how long a cool-down, or another's turn, still lasts.
pub(super) fn problem(error: &TokenError, now: Timestamp) -> ApiError {
    match error {
        TokenError::Missing(_)
        | TokenError::Revoked(_)
        | TokenError::NeedsReauthorization { .. }
        | TokenError::Exhausted { .. } => ApiError::client(StatusCode::CONFLICT, error.code(), error),
        TokenError::CoolingDown { until, .. } | TokenError::Busy { until, .. } => {
            let left = until.seconds().saturating_sub(now.seconds());
            ApiError::client(StatusCode::SERVICE_UNAVAILABLE, error.code(), error)
                .retry_after(u64::try_from(left).unwrap_or_default().max(SHORTEST_WAIT))
        }
        TokenError::Store(_) => ApiError::internal(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_prints_without_its_token() {
        let document = TokenDocument {
            token: "xoxb-secret".to_owned(),
            token_type: "bot",
            expires_at: None,
            generation: 1,
        };
        let printed = format!("{document:?}");
        assert!(
            printed.contains("generation: 1") && !printed.contains("secret"),
            "{printed}"
        );
    }

    #[test]
    fn what_passes_says_when_to_come_back_and_what_does_not_is_a_conflict() {
        let key: InstallationKey = "insectoid.T061EG9R6".parse().unwrap();
        let now = Timestamp::from_seconds(100);
        let cooling = |until| TokenError::CoolingDown {
            installation: key.clone(),
            problem: "slack_not_reached".to_owned(),
            until: Timestamp::from_seconds(until),
        };
        let busy = |until| TokenError::Busy {
            installation: key.clone(),
            until: Timestamp::from_seconds(until),
        };
        for (error, status, after) in [
            (cooling(107), 503, Some("7")),
            (cooling(100), 503, Some("1")),
            (busy(95), 503, Some("1")),
            (busy(128), 503, Some("28")),
            (TokenError::Missing(key.clone()), 409, None),
        ] {
            let response = problem(&error, now).into_response();
            let said = response
                .headers()
                .get(header::RETRY_AFTER)
                .map(|value| value.to_str().unwrap());
            assert_eq!((response.status().as_u16(), said), (status, after), "{error}");
        }
    }
}
