//! `GET /api/v1/workspaces.csv`: the list under the same filters, as a file.

use axum::{extract::State, response::Response};
use grantbook_core::view::WorkspaceView;
use grantbook_store::queries::workspaces::WorkspaceFilter;

use super::filter::Filter;
use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Query};

const HEADER: [&str; 9] = [
    "workspace",
    "name",
    "organization",
    "status",
    "apps",
    "scopes",
    "last_change_at",
    "last_change",
    "last_change_by",
];

/// All workspaces under the filters, at most 100,000.
#[utoipa::path(
    get, path = "/workspaces.csv", tag = "workspaces", params(Filter),
    responses((status = OK, body = String, content_type = "text/csv"))
)]
pub(crate) async fn export(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
) -> Result<Response, ApiError> {
    let filter = WorkspaceFilter::from(filter);
    let page = move |page| {
        let (browse, filter) = (state.browse.clone(), filter.clone());
        async move { browse.workspaces(&filter, &page).await }
    };
    csv::export("workspaces.csv", &HEADER, page, line).await
}

fn line(workspace: &WorkspaceView) -> Vec<String> {
    let change = workspace.last_change.as_ref();
    let actor = change.and_then(|change| {
        change
            .actor_name
            .clone()
            .or_else(|| change.actor.as_ref().map(ToString::to_string))
    });
    vec![
        workspace.tenant.to_string(),
        workspace.name.clone(),
        csv::text(workspace.enterprise.as_ref()),
        workspace.status.as_str().to_owned(),
        workspace.apps.to_string(),
        workspace.scopes.to_string(),
        change.map(|change| change.at.to_string()).unwrap_or_default(),
        change.map(|change| change.kind.clone()).unwrap_or_default(),
        actor.unwrap_or_default(),
    ]
}
