//! `GET /api/v1/installations/{id}/people`: people whom the app could ask there, at most fifty.

use axum::extract::State;
use grantbook_core::{
    InstallationKey,
    view::{Page, Problem, requests::PersonView},
};
use serde::Deserialize;

use super::not_found;
use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::params::blank,
    error::ApiError,
    extract::{Json, Path, Query},
};

/// Whom to look for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// Part of a name, or an id.
    #[serde(default, deserialize_with = "blank")]
    q: Option<String>,
}

/// People whom the app could ask there: at most fifty, narrowed by `q`.
#[utoipa::path(
    get, path = "/installations/{id}/people", tag = "installations",
    params(("id" = InstallationKey, Path), Search),
    responses(
        (status = OK, body = Page<PersonView>),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`"),
    )
)]
pub(crate) async fn people(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path(id): Path<InstallationKey>,
    Query(search): Query<Search>,
) -> Result<Json<Page<PersonView>>, ApiError> {
    let people = state
        .requests
        .people(&id, search.q.as_deref().unwrap_or_default())
        .await
        .map_err(ApiError::internal)?;
    people.map(Json).ok_or_else(|| not_found(&id))
}
