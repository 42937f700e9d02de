//! `/api/v1/keys`: keys for scripts. Administrators only.

mod create;
mod list;
mod revoke;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::app::AppState;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(revoke::revoke))
}
