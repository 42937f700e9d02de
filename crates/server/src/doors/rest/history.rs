//! `/api/v1/history`: the ledgers of all installations as one, newest first.

mod export;
pub(super) mod filter;
mod list;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::AppState;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(export::export))
}
