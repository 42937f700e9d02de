//! `GET /api/v1/installations/{id}`: one of them.

use axum::extract::State;
use grantbook_core::{
    InstallationKey,
    view::{InstallationView, Problem},
};

use super::not_found;
use crate::{
    app::AppState,
    auth::Viewer,
    error::ApiError,
    extract::{Json, Path},
};

/// One installation.
#[utoipa::path(
    get, path = "/installations/{id}", tag = "installations", params(("id" = InstallationKey, Path)),
    responses(
        (status = OK, body = InstallationView),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`"),
    )
)]
pub(crate) async fn get(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path(id): Path<InstallationKey>,
) -> Result<Json<InstallationView>, ApiError> {
    let installation = state.browse.installation(&id).await.map_err(ApiError::internal)?;
    installation.map(Json).ok_or_else(|| not_found(&id))
}
