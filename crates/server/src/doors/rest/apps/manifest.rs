//! `GET /api/v1/apps/{slug}/manifest`: what to paste into Slack. `POST /api/v1/apps/manifest`: the same for an app
//! that is not registered yet.

use axum::extract::State;
use grantbook_core::{
    AppSlug,
    view::{Problem, apps::AppDraft},
};
use serde_json::Value;

use super::not_found;
use crate::{
    app::AppState,
    auth::Viewer,
    error::ApiError,
    extract::{Json, Path},
};

/// The app's manifest as Slack takes it; for a workspace app, what is entered by hand.
#[utoipa::path(
    get, path = "/apps/{slug}/manifest", tag = "apps", params(("slug" = AppSlug, Path)),
    responses((status = OK, body = Object), (status = NOT_FOUND, body = Problem, description = "`app_not_found`"))
)]
pub(crate) async fn get(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path(slug): Path<AppSlug>,
) -> Result<Json<Value>, ApiError> {
    let manifest = state.apps.manifest(&slug).await.map_err(ApiError::internal)?;
    manifest.map(Json).ok_or_else(|| not_found(&slug))
}

/// The manifest of an app that is not registered yet. Nothing is kept.
#[utoipa::path(
    post, path = "/apps/manifest", tag = "apps", request_body = AppDraft,
    responses(
        (status = OK, body = Object),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "A field of the wrong shape"),
    )
)]
pub(crate) async fn preview(
    _viewer: Viewer,
    State(state): State<AppState>,
    Json(draft): Json<AppDraft>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(state.apps.draft_manifest(&draft)))
}
