//! `/api/v1/app-requests`: the queue of app approvals, from the list to the decision.

mod bulk;
mod decide;
mod export;
mod filter;
mod get;
mod list;
mod summary;

use grantbook_flows::approvals::DecideError;
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{app::AppState, error::ApiError};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(export::export))
        .routes(routes!(summary::summary))
        .routes(routes!(bulk::decide))
        .routes(routes!(get::get))
        .routes(routes!(decide::approve))
        .routes(routes!(decide::restrict))
        .routes(routes!(decide::cancel))
        .routes(routes!(decide::ask))
}

fn not_found(id: i64) -> ApiError {
    ApiError::not_found("app_request_not_found", format!("There is no app request {id}."))
}

impl From<DecideError> for ApiError {
    fn from(error: DecideError) -> Self {
        let status = match &error {
            DecideError::Missing(id) => return not_found(*id),
            DecideError::Store(_) => return Self::internal(error),
            DecideError::OwnRequest | DecideError::NotAsked | DecideError::ApproversOnly => StatusCode::FORBIDDEN,
            DecideError::NotOpen(_) | DecideError::VotedAlready => StatusCode::CONFLICT,
            DecideError::ReasonRequired
            | DecideError::ReasonTooLong
            | DecideError::NotOptional(_)
            | DecideError::Days => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::client(status, error.code(), error)
    }
}
