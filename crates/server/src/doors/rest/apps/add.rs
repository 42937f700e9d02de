//! `POST /api/v1/apps`: registers an app. Administrators only.

use axum::extract::State;
use grantbook_core::view::{AppView, NewApp, Problem};
use grantbook_flows::apps::AddAppError;
use http::StatusCode;

use super::setting;
use crate::{app::AppState, auth::Admin, error::ApiError, extract::Json};

/// Registers an app.
#[utoipa::path(
    post, path = "/apps", tag = "apps", request_body = NewApp,
    responses(
        (status = CREATED, body = AppView),
        (status = CONFLICT, body = Problem, description = "`slug_taken`, `app_taken`"),
        (
            status = UNPROCESSABLE_ENTITY, body = Problem,
            description = "`field_empty`, `slug_reserved`, `too_many_connections`, `app_token_missing`, `not_an_app_token`, or \
                a field of the wrong shape"
        ),
    )
)]
#[tracing::instrument(name = "api.apps.add", skip_all, fields(app = %body.slug))]
pub(crate) async fn add(
    Admin(caller): Admin,
    State(state): State<AppState>,
    Json(body): Json<NewApp>,
) -> Result<(StatusCode, Json<AppView>), ApiError> {
    let app = state.apps.add_as(&caller.audit_name(), body).await?;
    tracing::info!("an app was registered");
    Ok((StatusCode::CREATED, Json(app)))
}

impl From<AddAppError> for ApiError {
    fn from(error: AddAppError) -> Self {
        match error {
            AddAppError::SlugTaken(_) => Self::client(StatusCode::CONFLICT, "slug_taken", error),
            AddAppError::AppTaken => Self::client(StatusCode::CONFLICT, "app_taken", error),
            AddAppError::Setting(error) => setting(error),
            AddAppError::Store(_) => Self::internal(error),
        }
    }
}
