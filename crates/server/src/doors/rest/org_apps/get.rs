//! `GET /api/v1/org-apps/{enterprise}/{app}`: one of them, with its workspaces.

use axum::extract::State;
use grantbook_core::{
    AppId, EnterpriseId,
    view::{Problem, approvals::OrgAppView},
};

use crate::{
    app::AppState,
    auth::Viewer,
    error::ApiError,
    extract::{Json, Path},
};

/// One app of an organization with its workspaces, and what was decided about it here without a request.
#[utoipa::path(
    get, path = "/org-apps/{enterprise}/{app}", tag = "org-apps",
    params(("enterprise" = EnterpriseId, Path), ("app" = AppId, Path)),
    responses(
        (status = OK, body = OrgAppView),
        (status = NOT_FOUND, body = Problem, description = "`org_app_not_found`"),
    )
)]
pub(crate) async fn get(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path((enterprise, app)): Path<(EnterpriseId, AppId)>,
) -> Result<Json<OrgAppView>, ApiError> {
    let found = state
        .org_apps
        .get(&enterprise, &app)
        .await
        .map_err(ApiError::internal)?;
    found.map(Json).ok_or_else(|| {
        ApiError::not_found(
            "org_app_not_found",
            format!("Nothing is known of an app {app} in the organization {enterprise}."),
        )
    })
}
