//! `POST /api/v1/apps/{slug}/test`: asks Slack whether the connection works. Administrators only: it calls Slack.

use axum::extract::State;
use grantbook_core::{
    AppSlug,
    view::{Problem, apps::ConnectionTest},
};

use super::not_found;
use crate::{
    app::AppState,
    auth::Admin,
    error::ApiError,
    extract::{Json, Path},
};

/// Tries the connection between Slack and this console: each check with what was found and what to do next.
#[utoipa::path(
    post, path = "/apps/{slug}/test", tag = "apps", params(("slug" = AppSlug, Path)),
    responses(
        (status = OK, body = ConnectionTest),
        (status = NOT_FOUND, body = Problem, description = "`app_not_found`"),
    )
)]
#[tracing::instrument(name = "api.apps.test", skip_all, fields(app = %slug))]
pub(crate) async fn test(
    _admin: Admin,
    State(state): State<AppState>,
    Path(slug): Path<AppSlug>,
) -> Result<Json<ConnectionTest>, ApiError> {
    let test = state.apps.test(&slug).await.map_err(ApiError::internal)?;
    test.map(Json).ok_or_else(|| not_found(&slug))
}
