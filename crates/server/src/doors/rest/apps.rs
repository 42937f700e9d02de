//! `/api/v1/apps`: the registered apps.

mod add;
mod get;
mod list;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::AppState;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, add::add))
        .routes(routes!(get::get))
}
