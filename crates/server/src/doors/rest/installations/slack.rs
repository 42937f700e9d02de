//! `/api/v1/installations/{id}/slack/{method}`: calls a method of Slack's with the console's token, for API keys that may
//! read tokens. The caller never sees the token; the answer is Slack's own.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest as _, Request, State},
    response::{IntoResponse as _, Response},
};
use grantbook_api::{
    client::Relayed,
    error::{CallError, TransportKind},
};
use grantbook_core::{InstallationKey, view::Problem};
use grantbook_flows::proxy::{self, ArgumentsError, Call, ProxyError};
use grantbook_store::tokens::Holder;
use http::{HeaderName, HeaderValue, StatusCode, header};

use super::{
    not_found,
    token::{self, Whose},
};
use crate::{
    app::AppState,
    auth::TokenReader,
    error::ApiError,
    extract::{Path, Query, too_large},
};

/// Calls a method of Slack's. Form, JSON and query are passed on, a `token` among them is left out; the answer is
/// Slack's, with status, `Retry-After` and `x-oauth-*` headers. A token that is over is renewed once.
#[utoipa::path(
    method(get, post), path = "/installations/{id}/slack/{method}", tag = "installations",
    params(("id" = InstallationKey, Path), ("method" = String, Path, example = "chat.postMessage"), Whose),
    security(("key" = [])),
    responses(
        (status = OK, body = Object, description = "Slack's answer, `ok: false` among them"),
        (status = TOO_MANY_REQUESTS, body = Object, description = "Slack's, with `Retry-After`"),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`, `invalid_body`"),
        (status = FORBIDDEN, body = Problem, description = "`no_token_right`, `method_not_allowed_here`"),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`, `unknown_method`"),
        (status = CONFLICT, body = Problem, description = "`no_token`, `token_revoked`, `needs_reauthorization`, `refresh_exhausted`"),
        (status = PAYLOAD_TOO_LARGE, body = Problem, description = "`body_too_large`"),
        (status = UNSUPPORTED_MEDIA_TYPE, body = Problem, description = "`multipart_not_passed_on`, `unsupported_media_type`"),
        (status = BAD_GATEWAY, body = Problem, description = "`slack_not_reached`, `slack_answer_unusable`"),
        (status = GATEWAY_TIMEOUT, body = Problem, description = "`slack_too_slow`: the call may have been made"),
        (status = SERVICE_UNAVAILABLE, body = Problem, description = "`refresh_busy`, `refresh_cooling_down`"),
    )
)]
#[tracing::instrument(name = "api.installations.slack", skip_all, fields(installation = %id, slack.method = method))]
pub(crate) async fn slack(
    TokenReader(who): TokenReader,
    State(state): State<AppState>,
    Path((id, method)): Path<(InstallationKey, String)>,
    Query(whose): Query<Whose>,
    request: Request,
) -> Result<Response, ApiError> {
    let query = request.uri().query().map(str::to_owned);
    let content_type = request.headers().get(header::CONTENT_TYPE).cloned();
    let body = Bytes::from_request(request, &state)
        .await
        .map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => too_large(),
            status => ApiError::client(status, "invalid_body", "The body did not arrive whole."),
        })?;
    let content_type = content_type
        .as_ref()
        .map(|value| value.to_str().unwrap_or("unreadable"));
    let arguments = proxy::arguments(query.as_deref(), content_type, &body).map_err(unusable)?;
    let call = Call {
        key: &id,
        holder: &whose.holder.unwrap_or(Holder::App),
        method: &method,
        arguments: &arguments,
        who: &who,
    };
    match state.proxy.call(&call).await {
        Ok(relayed) => Ok(answer(relayed)),
        Err(error) => Err(problem(error, &state)),
    }
}

fn unusable(error: ArgumentsError) -> ApiError {
    let (status, code) = match error {
        ArgumentsError::Multipart => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "multipart_not_passed_on"),
        ArgumentsError::MediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
        ArgumentsError::NotAnObject | ArgumentsError::NotAForm => (StatusCode::BAD_REQUEST, "invalid_body"),
    };
    ApiError::client(status, code, error)
}

/// Slack's answer, as far as it is the caller's business.
fn answer(relayed: Relayed) -> Response {
    let Relayed {
        status,
        content_type,
        retry_after,
        scopes,
        accepted,
        request_id,
        body,
        refusal: _,
    } = relayed;
    let mut response = Body::from(body).into_response();
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let passed = [
        (header::CONTENT_TYPE, content_type),
        (header::RETRY_AFTER, retry_after),
        (HeaderName::from_static("x-oauth-scopes"), scopes),
        (HeaderName::from_static("x-accepted-oauth-scopes"), accepted),
        (HeaderName::from_static("x-slack-req-id"), request_id),
    ];
    for (name, value) in passed {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn problem(error: ProxyError, state: &AppState) -> ApiError {
    match error {
        ProxyError::NoMethod(_) => ApiError::not_found("unknown_method", error),
        ProxyError::NotHere(_) => ApiError::client(StatusCode::FORBIDDEN, "method_not_allowed_here", error),
        ProxyError::NotFound(key) => not_found(&key),
        ProxyError::Token(error) => token::problem(&error, state.house.clock.now()),
        ProxyError::Slack(CallError::Transport(TransportKind::Timeout)) => ApiError::client(
            StatusCode::GATEWAY_TIMEOUT,
            "slack_too_slow",
            "Slack did not answer in time. It may have done what was asked.",
        ),
        ProxyError::Slack(CallError::Transport(_)) => ApiError::client(
            StatusCode::BAD_GATEWAY,
            "slack_not_reached",
            "Slack was not reached, or hung up before it answered.",
        ),
        ProxyError::Slack(error) => ApiError::client(StatusCode::BAD_GATEWAY, "slack_answer_unusable", error),
        ProxyError::Store(error) => ApiError::internal(error),
    }
}
