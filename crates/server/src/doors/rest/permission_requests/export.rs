//! `GET /api/v1/permission-requests.csv`: the requests under the same filters, as a file.

use axum::{extract::State, response::Response};
use grantbook_core::{Scope, view::requests::RequestView};
use grantbook_store::requests::RequestFilter;

use super::filter::Filter;
use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Query};

const HEADER: [&str; 22] = [
    "request",
    "state",
    "code",
    "sentence",
    "app",
    "workspace",
    "workspace_name",
    "model",
    "kind",
    "user",
    "user_name",
    "channel",
    "channel_name",
    "scopes",
    "granted",
    "presses",
    "delay_ms",
    "took_ms",
    "author",
    "drafted_at",
    "updated_at",
    "again_of",
];

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
    let filter = RequestFilter::from(filter);
    let page = move |page| {
        let (requests, filter) = (state.requests.clone(), filter.clone());
        async move { requests.list(&filter, &page).await }
    };
    csv::export("permission-requests.csv", &HEADER, page, line).await
}

fn line(request: &RequestView) -> Vec<String> {
    vec![
        request.id.to_string(),
        request.state.to_string(),
        request.code.clone().unwrap_or_default(),
        request.sentence.clone(),
        request.app.to_string(),
        request.tenant.to_string(),
        request.tenant_name.clone(),
        request.model.as_str().to_owned(),
        request.kind.as_str().to_owned(),
        csv::text(request.user.as_ref()),
        request.user_name.clone().unwrap_or_default(),
        csv::text(request.channel.as_ref()),
        request.channel_name.clone().unwrap_or_default(),
        listed(&request.scopes),
        listed(&request.granted),
        request.presses.to_string(),
        csv::text(request.delay_ms.as_ref()),
        csv::text(request.took_ms.as_ref()),
        request.author_name.clone(),
        request.drafted_at.to_string(),
        request.updated_at.to_string(),
        csv::text(request.again_of.as_ref()),
    ]
}

fn listed(scopes: &[Scope]) -> String {
    scopes.iter().map(Scope::as_str).collect::<Vec<_>>().join(" ")
}
