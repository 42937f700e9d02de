//! `GET /api/v1/app-alarms`: alarms, newest first.

use axum::extract::State;
use grantbook_core::{
    AppId, EnterpriseId, TeamId,
    view::{
        Page, Problem,
        approvals::{AlarmKind, AlarmView},
    },
};
use grantbook_store::queries::app_alarms::AlarmFilter;
use serde::Deserialize;

use crate::{
    app::AppState,
    auth::Viewer,
    doors::rest::{
        paging::Paging,
        params::{blank, word},
    },
    error::ApiError,
    extract::{Json, Query},
};

/// Which alarms.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// `true` for those that are over too; only open ones when absent.
    #[serde(default, deserialize_with = "blank")]
    closed: Option<bool>,
    /// About this.
    #[param(inline)]
    #[serde(default, deserialize_with = "word")]
    kind: Option<AlarmKind>,
    /// Of this organization.
    #[serde(default, deserialize_with = "blank")]
    enterprise: Option<EnterpriseId>,
    /// About this app.
    #[serde(default, deserialize_with = "blank")]
    app: Option<AppId>,
    /// In this workspace.
    #[serde(default, deserialize_with = "blank")]
    team: Option<TeamId>,
}

impl From<Filter> for AlarmFilter {
    fn from(filter: Filter) -> Self {
        Self {
            closed: filter.closed.unwrap_or(false),
            kind: filter.kind,
            enterprise: filter.enterprise,
            app: filter.app,
            team: filter.team,
        }
    }
}

/// What is wrong with the approvals of apps, newest first.
#[utoipa::path(
    get, path = "/app-alarms", tag = "org-apps", params(Filter, Paging),
    responses(
        (status = OK, body = Page<AlarmView>),
        (status = BAD_REQUEST, body = Problem, description = "`invalid_filter`, `invalid_limit`, `invalid_cursor`"),
    )
)]
pub(crate) async fn list(
    _viewer: Viewer,
    State(state): State<AppState>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<AlarmView>>, ApiError> {
    Ok(Json(state.org_apps.alarms(&filter.into(), &paging.request()?).await?))
}
