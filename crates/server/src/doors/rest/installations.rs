//! `/api/v1/installations`: one app in one tenant each.

mod check;
mod get;
mod grants;
mod history;
mod list;
mod people;
mod reconcile;
mod revoke;
mod slack;
mod token;
mod token_events;
mod uninstall;

use grantbook_core::InstallationKey;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::drift;
use crate::{app::AppState, error::ApiError};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(get::get))
        .routes(routes!(grants::grants))
        .routes(routes!(history::history))
        .routes(routes!(check::check))
        .routes(routes!(people::people))
        .routes(routes!(reconcile::reconcile))
        .routes(routes!(drift::unused::of_installation))
        .routes(routes!(token_events::token_events))
        .routes(routes!(uninstall::uninstall, uninstall::look))
        .routes(routes!(revoke::revoke, revoke::look))
}

/// What may take longer than other requests.
pub(super) fn patient_router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(token::token))
        .routes(routes!(slack::slack))
}

pub(super) fn not_found(key: &InstallationKey) -> ApiError {
    ApiError::not_found("installation_not_found", format!("There is no installation {key}."))
}
