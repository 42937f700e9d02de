//! `DELETE /api/v1/keys/{id}`: revokes a key, for good.

use axum::extract::State;
use grantbook_core::view::Problem;
use grantbook_flows::audit::deeds;
use http::StatusCode;
use serde_json::json;

use crate::{app::AppState, auth::Admin, error::ApiError, extract::Path};

/// Revokes a key.
#[utoipa::path(
    delete, path = "/keys/{id}", tag = "keys", params(("id" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem, description = "`key_not_found`"))
)]
#[tracing::instrument(name = "api.keys.revoke", skip_all, fields(key.id = %id))]
pub(crate) async fn revoke(
    Admin(caller): Admin,
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    if !state.keys.revoke(&id).await.map_err(ApiError::internal)? {
        return Err(ApiError::not_found("key_not_found", "There is no such key."));
    }
    tracing::info!("an API key was revoked");
    state
        .audit
        .note(&caller.audit_name(), deeds::KEY_REVOKED, format!("key:{id}"), json!({}))
        .await
        .map_err(ApiError::internal)?;
    Ok(StatusCode::NO_CONTENT)
}
