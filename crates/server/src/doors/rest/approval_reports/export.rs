//! `GET /api/v1/approval-reports/months.csv` and `workspaces.csv`: the report's tables as files. Times are seconds.

use axum::{extract::State, response::Response};
use grantbook_core::view::{
    Page,
    approvals::{DecisionTime, MonthDecided, ReportView, WorkspaceDecided},
};

use super::span::Span;
use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Query};

const MONTHS: [&str; 11] = [
    "month",
    "arrived",
    "approved",
    "restricted",
    "cancelled",
    "by_rules",
    "by_people",
    "elsewhere",
    "people_median_seconds",
    "people_p90_seconds",
    "people_longest_seconds",
];
const WORKSPACES: [&str; 11] = [
    "workspace",
    "name",
    "arrived",
    "approved",
    "restricted",
    "cancelled",
    "by_rules",
    "open",
    "people_median_seconds",
    "people_p90_seconds",
    "people_longest_seconds",
];

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
    let months = report(&state, span).await?.months;
    csv::export("approval-months.csv", &MONTHS, whole(months), month).await
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
    let workspaces = report(&state, span).await?.workspaces;
    csv::export("approval-workspaces.csv", &WORKSPACES, whole(workspaces), workspace).await
}

async fn report(state: &AppState, span: Span) -> Result<ReportView, ApiError> {
    let (from, until) = span.moments(state.house.clock.now())?;
    state.org_apps.report(from, until).await.map_err(ApiError::internal)
}

/// All rows as one page.
fn whole<T: Clone + Send + 'static>(
    items: Vec<T>,
) -> impl Fn(
    grantbook_store::queries::PageRequest,
) -> std::future::Ready<Result<Page<T>, grantbook_store::queries::QueryError>> {
    move |_| {
        std::future::ready(Ok(Page {
            items: items.clone(),
            next_cursor: None,
        }))
    }
}

fn cells(counts: &[u64], time: DecisionTime) -> impl Iterator<Item = String> {
    let times = [time.median, time.p90, time.longest];
    counts
        .iter()
        .copied()
        .chain(times)
        .map(|count| count.to_string())
        .collect::<Vec<_>>()
        .into_iter()
}

fn month(row: &MonthDecided) -> Vec<String> {
    let counts = [
        row.arrived,
        row.approved,
        row.restricted,
        row.cancelled,
        row.by_rules,
        row.by_people,
        row.elsewhere,
    ];
    std::iter::once(row.month.clone())
        .chain(cells(&counts, row.time))
        .collect()
}

fn workspace(row: &WorkspaceDecided) -> Vec<String> {
    let counts = [
        row.arrived,
        row.approved,
        row.restricted,
        row.cancelled,
        row.by_rules,
        row.open,
    ];
    let names = [csv::text(row.team.as_ref()), row.team_name.clone().unwrap_or_default()];
    names.into_iter().chain(cells(&counts, row.time)).collect()
}
