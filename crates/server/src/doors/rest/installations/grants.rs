//! `GET /api/v1/installations/{id}/grants`: what the app may do there, now or at a moment.

use axum::extract::State;
use grantbook_core::{
    InstallationKey,
    view::{GrantsView, Problem},
};
use serde::Deserialize;

use super::not_found;
use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::params::{Moment, blank},
    error::ApiError,
    extract::{Json, Path, Query},
};

/// When.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct When {
    /// A moment, or a day (then its end); now when absent.
    #[param(value_type = Option<String>)]
    #[serde(default, deserialize_with = "blank")]
    at: Option<Moment>,
}

/// What the app may do there.
#[utoipa::path(
    get, path = "/installations/{id}/grants", tag = "installations", params(("id" = InstallationKey, Path), When),
    responses(
        (status = OK, body = GrantsView),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`"),
    )
)]
pub(crate) async fn grants(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path(id): Path<InstallationKey>,
    Query(when): Query<When>,
) -> Result<Json<GrantsView>, ApiError> {
    let grants = state
        .browse
        .grants(&id, when.at.map(Moment::end))
        .await
        .map_err(ApiError::internal)?;
    grants.map(Json).ok_or_else(|| not_found(&id))
}
