//! `GET /api/v1/history.csv`: the history under the same filters, as a file.

use axum::{extract::State, response::Response};
use grantbook_core::{Reach, view::EntryView};
use grantbook_store::queries::history::HistoryFilter;

use super::filter::Filter;
use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Query};

const HEADER: [&str; 12] = [
    "at",
    "recorded_at",
    "app",
    "workspace",
    "workspace_name",
    "kind",
    "source",
    "actor",
    "actor_name",
    "scopes",
    "resources",
    "event_id",
];

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
    let filter = HistoryFilter::try_from(filter)?;
    let page = move |page| {
        let (browse, filter) = (state.browse.clone(), filter.clone());
        async move { browse.history(&filter, &page).await }
    };
    csv::export("history.csv", &HEADER, page, line).await
}

fn line(entry: &EntryView) -> Vec<String> {
    let scopes: Vec<_> = entry.scopes.iter().map(ToString::to_string).collect();
    let resource = |resource: &grantbook_core::fact::Resource| match &resource.reach {
        Reach::Specific(id) => format!("{}:{id}", resource.resource_type),
        Reach::Wildcard => format!("{}:*", resource.resource_type),
    };
    let resources: Vec<_> = entry.resources.iter().map(resource).collect();
    vec![
        entry.at.to_string(),
        entry.recorded_at.to_string(),
        entry.app.to_string(),
        entry.tenant.to_string(),
        entry.tenant_name.clone(),
        entry.kind.clone(),
        entry.source.as_str().to_owned(),
        csv::text(entry.actor.as_ref()),
        entry.actor_name.clone().unwrap_or_default(),
        scopes.join(" "),
        resources.join(" "),
        entry.event_id.clone(),
    ]
}
