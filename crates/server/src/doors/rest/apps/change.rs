//! `PATCH /api/v1/apps/{slug}`: changes an app's settings. Administrators only.

use axum::extract::State;
use grantbook_core::{
    AppSlug,
    view::{AppView, Problem, apps::AppChange},
};

use crate::{
    app::AppState,
    auth::Admin,
    error::ApiError,
    extract::{Json, Path},
};

/// Changes an app. What the document does not name stays as it is.
#[utoipa::path(
    patch, path = "/apps/{slug}", tag = "apps", params(("slug" = AppSlug, Path)), request_body = AppChange,
    responses(
        (status = OK, body = AppView),
        (status = NOT_FOUND, body = Problem, description = "`app_not_found`"),
        (
            status = UNPROCESSABLE_ENTITY, body = Problem,
            description = "`field_empty`, `too_many_connections`, `app_token_missing`, `not_an_app_token`"
        ),
    )
)]
#[tracing::instrument(name = "api.apps.change", skip_all, fields(app = %slug))]
pub(crate) async fn change(
    Admin(caller): Admin,
    State(state): State<AppState>,
    Path(slug): Path<AppSlug>,
    Json(body): Json<AppChange>,
) -> Result<Json<AppView>, ApiError> {
    let app = state.apps.change(&slug, body, &caller.audit_name()).await?;
    tracing::info!("an app was changed");
    Ok(Json(app))
}
