//! `/api/v1/org-apps`: the apps of organizations, what is decided about each and where it is installed.

mod decide;
mod export;
mod filter;
mod get;
mod list;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::AppState;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(export::export))
        .routes(routes!(get::get))
        .routes(routes!(decide::approve))
        .routes(routes!(decide::restrict))
        .routes(routes!(decide::clear))
}
