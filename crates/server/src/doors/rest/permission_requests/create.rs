//! `POST /api/v1/permission-requests`: asks a person, or a channel, for more. Administrators only.
//!
//! Answers when the request and the message to be sent are stored; sending follows, and its outcome is in
//! the request's story.

use axum::extract::State;
use grantbook_core::view::{
    Problem,
    requests::{NewRequest, RequestView},
};
use http::StatusCode;

use crate::{app::AppState, auth::Admin, error::ApiError, extract::Json};

/// Asks for more.
#[utoipa::path(
    post, path = "/permission-requests", tag = "permission-requests", request_body = NewRequest,
    responses(
        (status = CREATED, body = RequestView),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`, `request_not_found`"),
        (status = CONFLICT, body = Problem, description = "`not_now`: the person was asked a short while ago"),
        (
            status = UNPROCESSABLE_ENTITY, body = Problem,
            description = "the code of the gravest mistake, as `preview` names them: `not_installed`, `no_scopes`, `too_many_scopes`, `unknown_scope`, `mixed_scope`, `nothing_new`, `nobody_to_ask`, `nowhere_to_send`, `channel_not_granted`, `message_length`, `button_length`, `not_optional`"
        ),
    )
)]
#[tracing::instrument(name = "api.permission_requests.create", skip_all, fields(installation = %body.installation))]
pub(crate) async fn create(
    Admin(caller): Admin,
    State(state): State<AppState>,
    Json(body): Json<NewRequest>,
) -> Result<(StatusCode, Json<RequestView>), ApiError> {
    let request = state.requests.create(body, caller.author()).await?;
    tracing::info!(permission_request = %request.id, "a permission request was drafted");
    Ok((StatusCode::CREATED, Json(request)))
}
