//! `GET /api/v1/installations/{id}/token-events`: what happened to its tokens, newest first; never the tokens.

use axum::extract::State;
use grantbook_core::{
    InstallationKey,
    view::{Page, Problem, audit::TokenEventView},
};

use super::not_found;
use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::paging::Paging,
    error::ApiError,
    extract::{Json, Path, Query},
};

/// What happened to its tokens: issued, refreshed, refused, lost, revoked, handed out.
#[utoipa::path(
    get, path = "/installations/{id}/token-events", tag = "installations",
    params(("id" = InstallationKey, Path), Paging),
    responses(
        (status = OK, body = Page<TokenEventView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_limit`, `invalid_cursor`"),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`"),
    )
)]
pub(crate) async fn token_events(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path(id): Path<InstallationKey>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<TokenEventView>>, ApiError> {
    let page = state.audit.token_events(&id, &paging.request()?).await?;
    if page.items.is_empty()
        && state
            .browse
            .installation(&id)
            .await
            .map_err(ApiError::internal)?
            .is_none()
    {
        return Err(not_found(&id));
    }
    Ok(Json(page))
}
