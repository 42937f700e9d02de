//! `GET /api/v1/workspaces/{tenant}`: one of them, with its installations.

use axum::extract::State;
use grantbook_core::{
    Tenant,
    view::{Problem, WorkspaceView},
};

use crate::{
    app::AppState,
    auth::Viewer,
    error::ApiError,
    extract::{Json, Path},
};

/// One workspace with its installations.
#[utoipa::path(
    get, path = "/workspaces/{tenant}", tag = "workspaces", params(("tenant" = Tenant, Path)),
    responses(
        (status = OK, body = WorkspaceView),
        (status = NOT_FOUND, body = Problem, description = "`workspace_not_found`"),
    )
)]
pub(crate) async fn get(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path(tenant): Path<Tenant>,
) -> Result<Json<WorkspaceView>, ApiError> {
    let workspace = state.browse.workspace(&tenant).await.map_err(ApiError::internal)?;
    workspace.map(Json).ok_or_else(|| {
        ApiError::not_found(
            "workspace_not_found",
            format!("Nothing was ever installed in a workspace {tenant}."),
        )
    })
}
