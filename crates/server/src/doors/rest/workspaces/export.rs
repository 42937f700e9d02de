//! `GET /api/v1/workspaces.csv`: the list under the same filters, as a file.

use axum::{extract::State, response::Response};
use grantbook_core::view::{ChangeView, WorkspaceView};
use grantbook_store::queries::workspaces::WorkspaceFilter;

use super::filter::Filter;
use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Query};

const TABLE: csv::Table<'_, WorkspaceView> = csv::Table {
    name: "workspaces.csv",
    columns: &[
        ("workspace", |workspace| workspace.tenant.to_string()),
        ("name", |workspace| workspace.name.clone()),
        ("organization", |workspace| csv::text(workspace.enterprise.as_ref())),
        ("status", |workspace| workspace.status.as_str().to_owned()),
        ("apps", |workspace| workspace.apps.to_string()),
        ("scopes", |workspace| workspace.scopes.to_string()),
        ("last_change_at", |workspace| {
            csv::text(workspace.last_change.as_ref().map(|change| change.at))
        }),
        ("last_change", |workspace| {
            csv::text(workspace.last_change.as_ref().map(|change| &change.kind))
        }),
        ("last_change_by", |workspace| {
            workspace.last_change.as_ref().map(actor).unwrap_or_default()
        }),
    ],
};

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
    let asked = (state, WorkspaceFilter::from(filter));
    let page = async |(state, filter): (AppState, _), page| state.browse.workspaces(&filter, &page).await;
    TABLE.pages(asked, page).await
}

fn actor(change: &ChangeView) -> String {
    change
        .actor_name
        .clone()
        .unwrap_or_else(|| csv::text(change.actor.as_ref()))
}
