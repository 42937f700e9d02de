//! `GET /api/v1/org-apps.csv`: the list under the same filters, as a file.

use axum::{extract::State, response::Response};
use grantbook_core::{approval::Previous, view::approvals::OrgAppView};
use grantbook_store::queries::org_apps::OrgAppFilter;

use super::filter::Filter;
use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Query};

const HEADER: [&str; 11] = [
    "app",
    "name",
    "organization",
    "organization_resolution",
    "organization_scopes",
    "resolved_at",
    "approved_in",
    "restricted_in",
    "installed_in",
    "open_requests",
    "alarms",
];

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
    let filter = OrgAppFilter::from(filter);
    let page = move |page| {
        let (apps, filter) = (state.org_apps.clone(), filter.clone());
        async move { apps.list(&filter, &page).await }
    };
    csv::export("org-apps.csv", &HEADER, page, line).await
}

fn line(app: &OrgAppView) -> Vec<String> {
    let org = app.org.as_ref();
    let status = org.map_or("", |org| match org.status {
        Previous::Approved => "approved",
        Previous::Restricted => "restricted",
        Previous::Unresolved | Previous::Other => "",
    });
    let scopes = org.map(|org| org.scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
    let alarms: Vec<&str> = app.alarms.iter().map(|alarm| alarm.kind.as_str()).collect();
    vec![
        app.app.to_string(),
        app.app_name.clone(),
        app.enterprise.to_string(),
        status.to_owned(),
        scopes.unwrap_or_default(),
        csv::text(org.map(|org| org.date_updated).as_ref()),
        app.approved_in.to_string(),
        app.restricted_in.to_string(),
        app.installed_in.to_string(),
        app.open_requests.to_string(),
        alarms.join(" "),
    ]
}
