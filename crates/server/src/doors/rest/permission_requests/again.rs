//! `POST /api/v1/permission-requests/{id}/again`: asks the same of the same. Administrators only.

use axum::extract::State;
use grantbook_core::{
    request::RequestId,
    view::{Problem, requests::RequestView},
};
use http::StatusCode;

use crate::{
    app::AppState,
    auth::Admin,
    error::ApiError,
    extract::{Json, Path},
};

/// Asks again, in a new request.
#[utoipa::path(
    post, path = "/permission-requests/{id}/again", tag = "permission-requests", params(("id" = RequestId, Path)),
    responses(
        (status = CREATED, body = RequestView),
        (status = NOT_FOUND, body = Problem, description = "`request_not_found`"),
        (status = CONFLICT, body = Problem, description = "`not_now`: the limits forbid it for now"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "the code of what has become a mistake, as `nothing_new`"),
    )
)]
#[tracing::instrument(name = "api.permission_requests.again", skip_all, fields(permission_request = %id))]
pub(crate) async fn again(
    Admin(caller): Admin,
    State(state): State<AppState>,
    Path(id): Path<RequestId>,
) -> Result<(StatusCode, Json<RequestView>), ApiError> {
    let request = state.requests.again(id, caller.author()).await?;
    tracing::info!(again = %request.id, "a permission request was repeated");
    Ok((StatusCode::CREATED, Json(request)))
}
