//! `GET /api/v1/app-requests.csv`: the requests under the same filters, as a file.

use axum::{extract::State, response::Response};
use grantbook_core::{approval::RiskLevel, view::approvals::AppRequestView};

use super::filter::Filter;
use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Query};

const TABLE: csv::Table<'_, AppRequestView> = csv::Table {
    name: "app-requests.csv",
    columns: &[
        ("id", |request| request.id.to_string()),
        ("request", |request| request.request_id.to_string()),
        ("state", |request| request.state.as_str().to_owned()),
        ("organization", |request| request.enterprise.to_string()),
        ("app", |request| request.app.to_string()),
        ("app_name", |request| request.app_name.clone()),
        ("developer_type", |request| request.developer_type.clone()),
        ("marketplace", |request| request.is_marketplace.to_string()),
        ("workspace", |request| csv::text(request.team.as_ref())),
        ("workspace_name", |request| csv::text(request.team_name.as_ref())),
        ("requester", |request| request.requester.to_string()),
        ("requester_name", |request| csv::text(request.requester_name.as_ref())),
        ("asked_at", |request| request.asked_at.to_string()),
        ("arrived_at", |request| request.arrived_at.to_string()),
        ("risk", |request| csv::text(request.risk)),
        ("risk_level", |request| {
            csv::text(request.risk_level.map(RiskLevel::as_str))
        }),
        ("scopes", |request| request.scopes.to_string()),
        ("new_scopes", |request| request.new_scopes.to_string()),
        ("waiting_for_this_app", |request| request.demand.to_string()),
        ("previous", |request| request.previous.as_str().to_owned()),
        ("rule", |request| csv::text(request.rule.as_ref().map(|rule| &rule.id))),
        ("rule_name", |request| {
            csv::text(request.rule.as_ref().map(|rule| &rule.name))
        }),
        ("decided_by", |request| csv::text(request.decided_by.as_ref())),
        ("decided_at", |request| csv::text(request.decided_at.as_ref())),
        ("reason", |request| csv::text(request.reason.as_ref())),
        ("problem", |request| csv::text(request.problem.as_ref())),
    ],
};

/// The app requests under the filters, at most 100,000.
#[utoipa::path(
    get, path = "/app-requests.csv", tag = "app-requests", params(Filter),
    responses((status = OK, body = String, content_type = "text/csv"))
)]
pub(crate) async fn export(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
) -> Result<Response, ApiError> {
    let asked = (state, filter.read()?);
    let page = async |(state, (filter, sort)): (AppState, (_, _)), page| state.queue.list(&filter, sort, &page).await;
    TABLE.pages(asked, page).await
}
