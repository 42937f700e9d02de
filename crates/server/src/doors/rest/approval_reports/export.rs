//! `GET /api/v1/approval-reports/months.csv` and `workspaces.csv`: the report's tables as files. Times are seconds.

use axum::{extract::State, response::Response};
use grantbook_core::view::approvals::{MonthDecided, ReportView, WorkspaceDecided};

use super::span::Span;
use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Query};

const MONTHS: csv::Table<'_, MonthDecided> = csv::Table {
    name: "approval-months.csv",
    columns: &[
        ("month", |row| row.month.clone()),
        ("arrived", |row| row.arrived.to_string()),
        ("approved", |row| row.approved.to_string()),
        ("restricted", |row| row.restricted.to_string()),
        ("cancelled", |row| row.cancelled.to_string()),
        ("by_rules", |row| row.by_rules.to_string()),
        ("by_people", |row| row.by_people.to_string()),
        ("elsewhere", |row| row.elsewhere.to_string()),
        ("people_median_seconds", |row| row.time.median.to_string()),
        ("people_p90_seconds", |row| row.time.p90.to_string()),
        ("people_longest_seconds", |row| row.time.longest.to_string()),
    ],
};
const WORKSPACES: csv::Table<'_, WorkspaceDecided> = csv::Table {
    name: "approval-workspaces.csv",
    columns: &[
        ("workspace", |row| csv::text(row.team.as_ref())),
        ("name", |row| csv::text(row.team_name.as_ref())),
        ("arrived", |row| row.arrived.to_string()),
        ("approved", |row| row.approved.to_string()),
        ("restricted", |row| row.restricted.to_string()),
        ("cancelled", |row| row.cancelled.to_string()),
        ("by_rules", |row| row.by_rules.to_string()),
        ("open", |row| row.open.to_string()),
        ("people_median_seconds", |row| row.time.median.to_string()),
        ("people_p90_seconds", |row| row.time.p90.to_string()),
        ("people_longest_seconds", |row| row.time.longest.to_string()),
    ],
};

/// The months of the report, oldest first.
#[utoipa::path(
    get, path = "/approval-reports/months.csv", tag = "approval-reports", params(Span),
    responses((status = OK, body = String, content_type = "text/csv"))
)]
pub(crate) async fn months(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(span): Query<Span>,
) -> Result<Response, ApiError> {
    MONTHS.rows(report(&state, span).await?.months).await
}

/// The workspaces of the report, those with most requests first. The organization's own row has no id.
#[utoipa::path(
    get, path = "/approval-reports/workspaces.csv", tag = "approval-reports", params(Span),
    responses((status = OK, body = String, content_type = "text/csv"))
)]
pub(crate) async fn workspaces(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(span): Query<Span>,
) -> Result<Response, ApiError> {
    WORKSPACES.rows(report(&state, span).await?.workspaces).await
}

async fn report(state: &AppState, span: Span) -> Result<ReportView, ApiError> {
    let (from, until) = span.moments(state.house.clock.now())?;
    state.org_apps.report(from, until).await.map_err(ApiError::internal)
}
