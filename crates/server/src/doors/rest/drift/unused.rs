//! `GET /api/v1/unused-scopes`: scopes that are held and that no observed call of the last 90 days needed. Of one
//! installation: `GET /api/v1/installations/{id}/unused-scopes`.
//!
//! Calls are observed that the console makes itself or passes on. Scopes that no method asks for, as `commands`,
//! are left out: no call can show that they are used.

use axum::extract::State;
use grantbook_core::{
    AppSlug, InstallationKey, Tenant,
    view::{Page, Problem, drift::UnusedScopeView},
};
use grantbook_store::queries::unused::UnusedFilter;
use serde::Deserialize;

use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::{installations, paging::Paging, params::blank},
    error::ApiError,
    extract::{Json, Path, Query},
};

/// Which scopes. All that is given must match.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Of this app.
    #[serde(default, deserialize_with = "blank")]
    app: Option<AppSlug>,
    /// In this workspace or organization.
    #[serde(default, deserialize_with = "blank")]
    workspace: Option<Tenant>,
}

/// Scopes that are held and that no observed call needed, by installation and scope.
#[utoipa::path(
    get, path = "/unused-scopes", tag = "drift", params(Filter, Paging),
    responses(
        (status = OK, body = Page<UnusedScopeView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`, `invalid_limit`, `invalid_cursor`"),
    )
)]
pub(crate) async fn list(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<UnusedScopeView>>, ApiError> {
    let filter = UnusedFilter {
        app: filter.app,
        tenant: filter.workspace,
        installation: None,
    };
    Ok(Json(state.drift.unused(&filter, &paging.request()?).await?))
}

/// The same of one installation.
#[utoipa::path(
    get, path = "/installations/{id}/unused-scopes", tag = "installations",
    params(("id" = InstallationKey, Path), Paging),
    responses(
        (status = OK, body = Page<UnusedScopeView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_limit`, `invalid_cursor`"),
        (status = NOT_FOUND, body = Problem, description = "`installation_not_found`"),
    )
)]
pub(crate) async fn of_installation(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path(id): Path<InstallationKey>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<UnusedScopeView>>, ApiError> {
    let known = state
        .house
        .store
        .installation_ref(&id)
        .await
        .map_err(ApiError::internal)?;
    if known.is_none() {
        return Err(installations::not_found(&id));
    }
    let filter = UnusedFilter {
        installation: Some(id),
        ..UnusedFilter::default()
    };
    Ok(Json(state.drift.unused(&filter, &paging.request()?).await?))
}
