//! `GET /api/v1/keys`: keys, newest first, without the keys themselves. Administrators only.

use axum::extract::State;
use grantbook_core::view::{KeyView, Page};

use crate::{
    app::AppState,
    auth::Admin,
    doors::rest::paging::Paging,
    error::ApiError,
    extract::{Json, Query},
};

/// Keys, revoked ones too.
#[utoipa::path(get, path = "/keys", tag = "keys", params(Paging), responses((status = OK, body = Page<KeyView>)))]
pub(crate) async fn list(
    _admin: Admin,
    State(state): State<AppState>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<KeyView>>, ApiError> {
    Ok(Json(state.keys.list(&paging.request()?).await?))
}
