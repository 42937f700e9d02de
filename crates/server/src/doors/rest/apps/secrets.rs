//! `POST /api/v1/apps/{slug}/secrets`: tells new secrets. `DELETE …/secrets/previous` ends the time in which those
//! before are good as well. Administrators only.

use axum::extract::State;
use grantbook_core::{
    AppSlug,
    view::{AppView, Problem, apps::SecretChange},
};

use crate::{
    app::AppState,
    auth::Admin,
    error::ApiError,
    extract::{Json, Path},
};

/// Puts new secrets in place. Those before stay good for `overlap_hours`, so that nothing is refused while Slack and
/// this console change over.
#[utoipa::path(
    post, path = "/apps/{slug}/secrets", tag = "apps", params(("slug" = AppSlug, Path)), request_body = SecretChange,
    responses(
        (status = OK, body = AppView),
        (status = NOT_FOUND, body = Problem, description = "`app_not_found`"),
        (
            status = UNPROCESSABLE_ENTITY, body = Problem,
            description = "`field_empty`, `no_secret`, `overlap_too_long`"
        ),
    )
)]
#[tracing::instrument(name = "api.apps.secrets.replace", skip_all, fields(app = %slug))]
pub(crate) async fn replace(
    Admin(caller): Admin,
    State(state): State<AppState>,
    Path(slug): Path<AppSlug>,
    Json(body): Json<SecretChange>,
) -> Result<Json<AppView>, ApiError> {
    let app = state.apps.replace_secrets(&slug, body, &caller.audit_name()).await?;
    tracing::info!("an app was told new secrets");
    Ok(Json(app))
}

/// Ends the overlap now: only the newest secrets are good.
#[utoipa::path(
    delete, path = "/apps/{slug}/secrets/previous", tag = "apps", params(("slug" = AppSlug, Path)),
    responses((status = OK, body = AppView), (status = NOT_FOUND, body = Problem, description = "`app_not_found`"))
)]
#[tracing::instrument(name = "api.apps.secrets.end_overlap", skip_all, fields(app = %slug))]
pub(crate) async fn end_overlap(
    Admin(caller): Admin,
    State(state): State<AppState>,
    Path(slug): Path<AppSlug>,
) -> Result<Json<AppView>, ApiError> {
    let app = state.apps.end_overlap(&slug, &caller.audit_name()).await?;
    tracing::info!("the secrets before were given up");
    Ok(Json(app))
}
