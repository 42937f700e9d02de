//! `GET /api/v1/apps`: all registered apps, by name.

use axum::extract::State;
use grantbook_core::view::{AppView, Page};

use crate::{app::AppState, auth::Viewer, error::ApiError, extract::Json};

/// All registered apps.
#[utoipa::path(get, path = "/apps", tag = "apps", responses((status = OK, body = Page<AppView>)))]
pub(crate) async fn list(_viewer: Viewer, State(state): State<AppState>) -> Result<Json<Page<AppView>>, ApiError> {
    let items = state.apps.list().await.map_err(ApiError::internal)?;
    Ok(Json(Page {
        items,
        next_cursor: None,
    }))
}
