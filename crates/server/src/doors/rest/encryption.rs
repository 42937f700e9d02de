//! `GET /api/v1/encryption`: the keys of encryption at rest, and how far a rotation is. Administrators only.

use axum::extract::State;
use grantbook_core::view::encryption::EncryptionView;

use crate::{app::AppState, auth::Admin, error::ApiError, extract::Json};

/// The keys, without the keys themselves, and how many secrets are under each.
#[utoipa::path(get, path = "/encryption", tag = "encryption", responses((status = OK, body = EncryptionView)))]
pub(crate) async fn get(_admin: Admin, State(state): State<AppState>) -> Result<Json<EncryptionView>, ApiError> {
    Ok(Json(state.browse.encryption().await.map_err(ApiError::internal)?))
}
