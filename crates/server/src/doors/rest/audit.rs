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

const TABLE: csv::Table<'_, AuditView> = csv::Table {
    name: "audit.csv",
    columns: &[
        ("id", |record| record.id.to_string()),
        ("at", |record| record.at.to_string()),
        ("who", |record| record.who.clone()),
        ("what", |record| record.what.clone()),
        ("subject", |record| record.subject.clone()),
        ("detail", |record| record.detail.to_string()),
    ],
};

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
    let asked = (state, AuditFilter::from(filter));
    let page = async |(state, filter): (AppState, _), page| state.audit.list(&filter, &page).await;
    TABLE.pages(asked, page).await
}
