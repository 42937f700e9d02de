//! `GET /api/v1/apps/{slug}`: one app.

use axum::extract::State;
use grantbook_core::{
    AppSlug,
    view::{AppView, Problem},
};

use super::not_found;
use crate::{
    app::AppState,
    auth::Viewer,
    error::ApiError,
    extract::{Json, Path},
};

/// One app.
#[utoipa::path(
    get, path = "/apps/{slug}", tag = "apps", params(("slug" = AppSlug, Path)),
    responses((status = OK, body = AppView), (status = NOT_FOUND, body = Problem, description = "`app_not_found`"))
)]
pub(crate) async fn get(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path(slug): Path<AppSlug>,
) -> Result<Json<AppView>, ApiError> {
    let app = state.apps.get(&slug).await.map_err(ApiError::internal)?;
    app.map(Json).ok_or_else(|| not_found(&slug))
}
