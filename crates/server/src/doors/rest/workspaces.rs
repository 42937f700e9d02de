//! `/api/v1/workspaces`: workspaces and organizations with something installed in them.

mod export;
mod filter;
mod get;
mod list;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::AppState;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(get::get))
        .routes(routes!(export::export))
}
