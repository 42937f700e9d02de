//! `/api/v1/drift` and `/api/v1/unused-scopes`: where declaration, ledger and Slack differ, and what nobody uses.

mod export;
mod filter;
mod list;
mod run;
mod summary;
pub(super) mod unused;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::AppState;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(export::export))
        .routes(routes!(summary::summary))
        .routes(routes!(run::start, run::look))
        .routes(routes!(unused::list))
}
