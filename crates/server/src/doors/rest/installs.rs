//! `GET /api/v1/installs`: tries to install, newest first.

use axum::extract::State;
use grantbook_core::{
    AppSlug,
    view::{InstallAttemptView, Page},
};
use serde::Deserialize;

use super::{paging::Paging, params::blank};
use crate::{
    app::AppState,
    auth::Viewer,
    error::ApiError,
    extract::{Json, Query},
};

/// Which tries.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Of this app only.
    #[serde(default, deserialize_with = "blank")]
    app: Option<AppSlug>,
}

/// Tries to install.
#[utoipa::path(
    get, path = "/installs", tag = "installations", params(Filter, Paging),
    responses((status = OK, body = Page<InstallAttemptView>))
)]
pub(crate) async fn list(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<InstallAttemptView>>, ApiError> {
    Ok(Json(
        state.browse.installs(filter.app.as_ref(), &paging.request()?).await?,
    ))
}
