//! `/api/v1/app-alarms`: what is wrong with the approvals of apps.

mod accept;
mod list;

use grantbook_flows::approvals::WishError;
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{app::AppState, error::ApiError};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(accept::accept))
}

/// What a decision about an app, or about an alarm, was refused with.
pub(super) fn problem(error: WishError) -> ApiError {
    let status = match &error {
        WishError::Reason | WishError::Places => StatusCode::UNPROCESSABLE_ENTITY,
        WishError::NoAdministrator(_) | WishError::OnItsWay(_) | WishError::NotAccepted => StatusCode::CONFLICT,
        WishError::NoAlarm(_) => StatusCode::NOT_FOUND,
        WishError::Store(_) => return ApiError::internal(error),
    };
    ApiError::client(status, error.code(), error)
}
