//! `GET /api/v1/installations/{id}/check`: may this app do this here?

use axum::extract::State;
use grantbook_core::{
    InstallationKey, ResourceId, Scope,
    view::{CheckView, Problem},
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

/// What is asked.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Question {
    /// The scope.
    scope: Scope,
    /// The resource; anywhere when absent.
    #[serde(default, deserialize_with = "blank")]
    resource: Option<ResourceId>,
    /// A moment, or a day (then its end); now when absent.
    #[param(value_type = Option<String>)]
    #[serde(default, deserialize_with = "blank")]
    at: Option<Moment>,
}

/// May this app do this here?
#[utoipa::path(
    get, path = "/installations/{id}/check", tag = "installations", params(("id" = InstallationKey, Path), Question),
    responses(
        (status = OK, body = CheckView),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`"),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`"),
    )
)]
pub(crate) async fn check(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path(id): Path<InstallationKey>,
    Query(question): Query<Question>,
) -> Result<Json<CheckView>, ApiError> {
    let Question { scope, resource, at } = question;
    let check = state
        .browse
        .check(&id, scope, resource, at.map(Moment::end))
        .await
        .map_err(ApiError::internal)?;
    check.map(Json).ok_or_else(|| not_found(&id))
}
