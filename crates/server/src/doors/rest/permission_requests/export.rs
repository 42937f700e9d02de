//! `GET /api/v1/permission-requests.csv`: the requests under the same filters, as a file.

use axum::{extract::State, response::Response};
use grantbook_core::view::requests::RequestView;
use grantbook_store::requests::RequestFilter;

use super::filter::Filter;
use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Query};

const TABLE: csv::Table<'_, RequestView> = csv::Table {
    name: "permission-requests.csv",
    columns: &[
        ("request", |request| request.id.to_string()),
        ("state", |request| request.state.to_string()),
        ("code", |request| request.code.clone().unwrap_or_default()),
        ("sentence", |request| request.sentence.clone()),
        ("app", |request| request.app.to_string()),
        ("workspace", |request| request.tenant.to_string()),
        ("workspace_name", |request| request.tenant_name.clone()),
        ("model", |request| request.model.as_str().to_owned()),
        ("kind", |request| request.kind.as_str().to_owned()),
        ("user", |request| csv::text(request.user.as_ref())),
        ("user_name", |request| request.user_name.clone().unwrap_or_default()),
        ("channel", |request| csv::text(request.channel.as_ref())),
        ("channel_name", |request| {
            request.channel_name.clone().unwrap_or_default()
        }),
        ("scopes", |request| csv::listed(&request.scopes)),
        ("granted", |request| csv::listed(&request.granted)),
        ("presses", |request| request.presses.to_string()),
        ("delay_ms", |request| csv::text(request.delay_ms.as_ref())),
        ("took_ms", |request| csv::text(request.took_ms.as_ref())),
        ("author", |request| request.author_name.clone()),
        ("drafted_at", |request| request.drafted_at.to_string()),
        ("updated_at", |request| request.updated_at.to_string()),
        ("again_of", |request| csv::text(request.again_of.as_ref())),
    ],
};

/// The requests under the filters, at most 100,000.
#[utoipa::path(
    get, path = "/permission-requests.csv", tag = "permission-requests", params(Filter),
    responses((status = OK, body = String, content_type = "text/csv"))
)]
pub(crate) async fn export(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
) -> Result<Response, ApiError> {
    let asked = (state, RequestFilter::from(filter));
    let page = async |(state, filter): (AppState, _), page| state.requests.list(&filter, &page).await;
    TABLE.pages(asked, page).await
}
