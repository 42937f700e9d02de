//! `GET /api/v1/drift.csv`: differences under the same filters, as a file.

use axum::{extract::State, response::Response};
use grantbook_core::view::drift::DriftView;
use grantbook_store::queries::drift::DriftFilter;

use super::filter::Filter;
use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Query};

const TABLE: csv::Table<'_, DriftView> = csv::Table {
    name: "drift.csv",
    columns: &[
        ("id", |drift| drift.id.to_string()),
        ("found_at", |drift| drift.found_at.to_string()),
        ("app", |drift| drift.app.to_string()),
        ("workspace", |drift| drift.installation.tenant.to_string()),
        ("workspace_name", |drift| drift.tenant_name.clone()),
        ("kind", |drift| drift.kind.to_string()),
        ("scope", |drift| csv::text(drift.scope.as_ref())),
        ("resource_type", |drift| csv::text(drift.resource_type.as_ref())),
        ("resource", |drift| csv::text(drift.resource.as_ref())),
        ("resource_name", |drift| csv::text(drift.resource_name.as_ref())),
        ("holder", |drift| csv::text(drift.holder.as_ref())),
        ("declared", |drift| csv::text(drift.declared.as_ref())),
        ("ledger", |drift| drift.ledger.to_string()),
        ("live", |drift| csv::text(drift.live.as_ref())),
        ("cause", |drift| drift.cause.clone()),
        ("sentence", |drift| drift.sentence.clone()),
        ("closed_at", |drift| csv::text(drift.closed_at.as_ref())),
        ("closed_by", |drift| csv::text(drift.closed_by.as_ref())),
    ],
};

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
    let asked = (state, DriftFilter::from(filter));
    let page = async |(state, filter): (AppState, _), page| state.drift.list(&filter, &page).await;
    TABLE.pages(asked, page).await
}
