//! `GET /api/v1/app-requests.csv`: the requests under the same filters, as a file.

use axum::{extract::State, response::Response};
use grantbook_core::view::approvals::AppRequestView;
use grantbook_flows::approvals::export;

use super::filter::Filter;
use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Query};

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
    let (filter, sort) = filter.read()?;
    let page = move |page| {
        let (queue, filter) = (state.queue.clone(), filter.clone());
        async move { queue.list(&filter, sort, &page).await }
    };
    let line = |request: &AppRequestView| export::line(request).to_vec();
    csv::export("app-requests.csv", &export::HEADER, page, line).await
}
