//! `GET /api/v1/installations`: a page of them.

use axum::extract::State;
use grantbook_core::{
    AppSlug, Scope, Tenant,
    grants::Status,
    view::{InstallationView, Page, Problem},
};
use grantbook_store::queries::installations::InstallationFilter;
use serde::Deserialize;

use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::{
        paging::Paging,
        params::{blank, word},
    },
    error::ApiError,
    extract::{Json, Query},
};

/// Which installations.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// In the workspace's or the app's name, or an id.
    #[serde(default, deserialize_with = "blank")]
    q: Option<String>,
    /// Of this app.
    #[serde(default, deserialize_with = "blank")]
    app: Option<AppSlug>,
    /// In this workspace or organization.
    #[serde(default, deserialize_with = "blank")]
    workspace: Option<Tenant>,
    /// In this state.
    #[param(inline)]
    #[serde(default, deserialize_with = "word")]
    status: Option<Status>,
    /// Holding this scope now.
    #[serde(default, deserialize_with = "blank")]
    scope: Option<Scope>,
}

impl From<Filter> for InstallationFilter {
    fn from(filter: Filter) -> Self {
        let Filter {
            q,
            app,
            workspace,
            status,
            scope,
        } = filter;
        Self {
            q,
            app,
            tenant: workspace,
            status,
            scope,
        }
    }
}

/// A page of installations.
#[utoipa::path(
    get, path = "/installations", tag = "installations", params(Filter, Paging),
    responses(
        (status = OK, body = Page<InstallationView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`, `invalid_limit`, `invalid_cursor`"),
    )
)]
pub(crate) async fn list(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<InstallationView>>, ApiError> {
    Ok(Json(
        state.browse.installations(&filter.into(), &paging.request()?).await?,
    ))
}
