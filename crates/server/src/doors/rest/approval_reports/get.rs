//! `GET /api/v1/approval-reports`: the report over a span of time.

use axum::extract::State;
use grantbook_core::view::{Problem, approvals::ReportView};

use super::span::Span;
use crate::{
    app::AppState,
    auth::Viewer,
    error::ApiError,
    extract::{Json, Query},
};

/// How many app requests arrived and were decided, by whom and how fast, by month and by workspace.
#[utoipa::path(
    get, path = "/approval-reports", tag = "approval-reports", params(Span),
    responses(
        (status = OK, body = ReportView),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`"),
    )
)]
pub(crate) async fn get(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(span): Query<Span>,
) -> Result<Json<ReportView>, ApiError> {
    let (from, until) = span.moments(state.house.clock.now())?;
    let report = state.org_apps.report(from, until).await;
    Ok(Json(report.map_err(ApiError::internal)?))
}
