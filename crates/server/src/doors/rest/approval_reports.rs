//! `/api/v1/approval-reports`: how long decisions about apps take, and how many the rules take.

mod export;
mod get;
mod span;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::AppState;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get::get))
        .routes(routes!(export::months))
        .routes(routes!(export::workspaces))
}
