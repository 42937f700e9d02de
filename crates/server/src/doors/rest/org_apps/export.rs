//! `GET /api/v1/org-apps.csv`: the list under the same filters, as a file.

use axum::{extract::State, response::Response};
use grantbook_core::{
    approval::Previous,
    view::approvals::{OrgAppView, ResolutionView},
};
use grantbook_store::queries::org_apps::OrgAppFilter;

use super::filter::Filter;
use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Query};

const TABLE: csv::Table<'_, OrgAppView> = csv::Table {
    name: "org-apps.csv",
    columns: &[
        ("app", |app| app.app.to_string()),
        ("name", |app| app.app_name.clone()),
        ("organization", |app| app.enterprise.to_string()),
        ("organization_resolution", |app| {
            app.org.as_ref().map_or("", resolution).to_owned()
        }),
        ("organization_scopes", |app| {
            csv::listed(app.org.iter().flat_map(|org| &org.scopes))
        }),
        ("resolved_at", |app| {
            csv::text(app.org.as_ref().map(|org| org.date_updated))
        }),
        ("approved_in", |app| app.approved_in.to_string()),
        ("restricted_in", |app| app.restricted_in.to_string()),
        ("installed_in", |app| app.installed_in.to_string()),
        ("open_requests", |app| app.open_requests.to_string()),
        ("alarms", |app| {
            csv::listed(app.alarms.iter().map(|alarm| alarm.kind.as_str()))
        }),
    ],
};

/// All apps under the filters, at most 100,000.
#[utoipa::path(
    get, path = "/org-apps.csv", tag = "org-apps", params(Filter),
    responses((status = OK, body = String, content_type = "text/csv"))
)]
pub(crate) async fn export(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
) -> Result<Response, ApiError> {
    let asked = (state, OrgAppFilter::from(filter));
    let page = async |(state, filter): (AppState, _), page| state.org_apps.list(&filter, &page).await;
    TABLE.pages(asked, page).await
}

const fn resolution(org: &ResolutionView) -> &'static str {
    match org.status {
        Previous::Approved => "approved",
        Previous::Restricted => "restricted",
        Previous::Unresolved | Previous::Other => "",
    }
}
