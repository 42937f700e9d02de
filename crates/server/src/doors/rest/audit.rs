//! `GET /api/v1/audit` and `audit.csv`: who did what to what, newest first. Administrators only.

use axum::{extract::State, response::Response};
use grantbook_core::{
    Timestamp,
    view::{Page, Problem, audit::AuditView},
};
use grantbook_store::audit::AuditFilter;
use serde::Deserialize;

use super::{
    csv,
    paging::Paging,
    params::{Moment, blank},
};
use crate::{
    app::AppState,
    auth::Admin,
    error::ApiError,
    extract::{Json, Query},
};

/// Which records. All that is given must match, as a whole.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// By whom: `user:orla`, `key:4f2a…`.
    #[serde(default, deserialize_with = "blank")]
    who: Option<String>,
    /// What was done: `token.brokered` …
    #[serde(default, deserialize_with = "blank")]
    what: Option<String>,
    /// To what: `installation:insectoid.T061EG9R6`.
    #[serde(default, deserialize_with = "blank")]
    subject: Option<String>,
    /// At or after this moment, or from the beginning of this day (UTC).
    #[param(value_type = Option<String>, example = "2026-11-21")]
    #[serde(default, deserialize_with = "blank")]
    from: Option<Moment>,
    /// At or before this moment, or to the end of this day (UTC).
    #[param(value_type = Option<String>, example = "2026-11-21")]
    #[serde(default, deserialize_with = "blank")]
    to: Option<Moment>,
}

impl From<Filter> for AuditFilter {
    fn from(filter: Filter) -> Self {
        let Filter {
            who,
            what,
            subject,
            from,
            to,
        } = filter;
        // The store's end is the first moment that is left out.
        let after = |last: Timestamp| Timestamp::from_micros(last.micros().saturating_add(1));
        Self {
            who,
            what,
            subject,
            from: from.map(Moment::start),
            until: to.map(|to| after(to.end())),
        }
    }
}

/// Who did what, newest first.
#[utoipa::path(
    get, path = "/audit", tag = "audit", params(Filter, Paging),
    responses(
        (status = OK, body = Page<AuditView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`, `invalid_limit`, `invalid_cursor`"),
    )
)]
pub(crate) async fn list(
    _admin: Admin,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<AuditView>>, ApiError> {
    Ok(Json(state.audit.list(&filter.into(), &paging.request()?).await?))
}

const HEADER: [&str; 6] = ["id", "at", "who", "what", "subject", "detail"];

/// The same as a file, at most 100,000 lines.
#[utoipa::path(
    get, path = "/audit.csv", tag = "audit", params(Filter),
    responses(
        (status = OK, body = String, content_type = "text/csv"),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`"),
    )
)]
pub(crate) async fn export(
    _admin: Admin,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
) -> Result<Response, ApiError> {
    let filter = AuditFilter::from(filter);
    let page = move |page| {
        let (audit, filter) = (state.audit.clone(), filter.clone());
        async move { audit.list(&filter, &page).await }
    };
    csv::export("audit.csv", &HEADER, page, line).await
}

fn line(record: &AuditView) -> Vec<String> {
    vec![
        record.id.to_string(),
        record.at.to_string(),
        record.who.clone(),
        record.what.clone(),
        record.subject.clone(),
        record.detail.to_string(),
    ]
}
