//! `GET /api/v1/drift.csv`: differences under the same filters, as a file.

use axum::{extract::State, response::Response};
use grantbook_core::view::drift::DriftView;
use grantbook_store::queries::drift::DriftFilter;

use super::filter::Filter;
use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Query};

const HEADER: [&str; 18] = [
    "id",
    "found_at",
    "app",
    "workspace",
    "workspace_name",
    "kind",
    "scope",
    "resource_type",
    "resource",
    "resource_name",
    "holder",
    "declared",
    "ledger",
    "live",
    "cause",
    "sentence",
    "closed_at",
    "closed_by",
];

/// Differences under the filters, at most 100,000.
#[utoipa::path(
    get, path = "/drift.csv", tag = "drift", params(Filter),
    responses((status = OK, body = String, content_type = "text/csv"))
)]
pub(crate) async fn export(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
) -> Result<Response, ApiError> {
    let filter = DriftFilter::from(filter);
    let page = move |page| {
        let (drift, filter) = (state.drift.clone(), filter.clone());
        async move { drift.list(&filter, &page).await }
    };
    csv::export("drift.csv", &HEADER, page, line).await
}

fn line(drift: &DriftView) -> Vec<String> {
    vec![
        drift.id.to_string(),
        drift.found_at.to_string(),
        drift.app.to_string(),
        drift.installation.tenant.to_string(),
        drift.tenant_name.clone(),
        drift.kind.to_string(),
        csv::text(drift.scope.as_ref()),
        csv::text(drift.resource_type.as_ref()),
        csv::text(drift.resource.as_ref()),
        csv::text(drift.resource_name.as_ref()),
        csv::text(drift.holder.as_ref()),
        csv::text(drift.declared.as_ref()),
        drift.ledger.to_string(),
        csv::text(drift.live.as_ref()),
        drift.cause.clone(),
        drift.sentence.clone(),
        csv::text(drift.closed_at.as_ref()),
        csv::text(drift.closed_by.as_ref()),
    ]
}
