//! `POST /api/v1/app-requests/{id}/extend`: a time-boxed approval is made to last longer. Approvers only.

use axum::extract::State;
use grantbook_core::view::{
    Problem,
    approvals::{ExtendWish, ExtendedView},
};
use grantbook_flows::approvals::ExtendError;
use http::StatusCode;

use crate::{
    app::AppState,
    auth::Approver,
    error::ApiError,
    extract::{Json, Path},
};

impl From<ExtendError> for ApiError {
    fn from(error: ExtendError) -> Self {
        let status = match &error {
            ExtendError::Store(_) => return Self::internal(error),
            ExtendError::Missing(_) => return Self::not_found(error.code(), error),
            ExtendError::ApproversOnly | ExtendError::OwnRequest => StatusCode::FORBIDDEN,
            ExtendError::NotTimed | ExtendError::Ended => StatusCode::CONFLICT,
            ExtendError::Days => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::client(status, error.code(), error)
    }
}

/// Makes the approval that came of this request last longer, counted from its end.
#[utoipa::path(
    post, path = "/app-requests/{id}/extend", tag = "app-requests", params(("id" = i64, Path)), request_body = ExtendWish,
    responses(
        (status = OK, body = ExtendedView),
        (status = FORBIDDEN, body = Problem, description = "`approvers_only`, `own_request`"),
        (status = NOT_FOUND, body = Problem, description = "`app_request_not_found`"),
        (status = CONFLICT, body = Problem, description = "`not_timed`: no approval that ends by itself came of it; `approval_ended`"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`wrong_days`"),
    )
)]
#[tracing::instrument(name = "api.app_requests.extend", skip_all, fields(app_request = id))]
pub(crate) async fn extend(
    Approver(caller): Approver,
    State(state): State<AppState>,
    Path(id): Path<i64>,
    Json(wish): Json<ExtendWish>,
) -> Result<Json<ExtendedView>, ApiError> {
    let (_, ends_at) = state.approvals.extend(id, &caller.actor(), wish.days).await?;
    Ok(Json(ExtendedView { id, ends_at }))
}
