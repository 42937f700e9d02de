//! `GET /api/v1/history.csv`: the history under the same filters, as a file.

use axum::{extract::State, response::Response};
use grantbook_core::{Reach, fact::Resource, view::EntryView};
use grantbook_store::queries::history::HistoryFilter;

use super::filter::Filter;
use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Query};

const TABLE: csv::Table<'_, EntryView> = csv::Table {
    name: "history.csv",
    columns: &[
        ("at", |entry| entry.at.to_string()),
        ("recorded_at", |entry| entry.recorded_at.to_string()),
        ("app", |entry| entry.app.to_string()),
        ("workspace", |entry| entry.tenant.to_string()),
        ("workspace_name", |entry| entry.tenant_name.clone()),
        ("kind", |entry| entry.kind.clone()),
        ("source", |entry| entry.source.as_str().to_owned()),
        ("actor", |entry| csv::text(entry.actor.as_ref())),
        ("actor_name", |entry| entry.actor_name.clone().unwrap_or_default()),
        ("scopes", |entry| csv::listed(&entry.scopes)),
        ("resources", |entry| csv::listed(entry.resources.iter().map(resource))),
        ("event_id", |entry| entry.event_id.clone()),
    ],
};

/// The history under the filters, at most 100,000 entries.
#[utoipa::path(
    get, path = "/history.csv", tag = "history", params(Filter),
    responses((status = OK, body = String, content_type = "text/csv"))
)]
pub(crate) async fn export(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
) -> Result<Response, ApiError> {
    let asked = (state, HistoryFilter::try_from(filter)?);
    let page = async |(state, filter): (AppState, _), page| state.browse.history(&filter, &page).await;
    TABLE.pages(asked, page).await
}

fn resource(resource: &Resource) -> String {
    match &resource.reach {
        Reach::Specific(id) => format!("{}:{id}", resource.resource_type),
        Reach::Wildcard => format!("{}:*", resource.resource_type),
    }
}
