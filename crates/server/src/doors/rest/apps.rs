//! `/api/v1/apps`: the registered apps.

mod add;
mod change;
mod get;
mod list;
mod manifest;
mod secrets;
mod test;

use grantbook_core::AppSlug;
use grantbook_flows::apps::{ChangeAppError, SettingError};
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{app::AppState, error::ApiError};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, add::add))
        .routes(routes!(manifest::preview))
        .routes(routes!(get::get, change::change))
        .routes(routes!(manifest::get))
        .routes(routes!(secrets::replace))
        .routes(routes!(secrets::end_overlap))
        .routes(routes!(test::test))
}

fn not_found(slug: &AppSlug) -> ApiError {
    ApiError::not_found("app_not_found", format!("No app named {slug} is registered here."))
}

fn setting(error: SettingError) -> ApiError {
    ApiError::client(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error)
}

impl From<ChangeAppError> for ApiError {
    fn from(error: ChangeAppError) -> Self {
        match error {
            ChangeAppError::NotFound(slug) => not_found(&slug),
            ChangeAppError::Setting(error) => setting(error),
            ChangeAppError::Store(_) => Self::internal(error),
        }
    }
}
