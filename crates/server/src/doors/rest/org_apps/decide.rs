//! `POST /api/v1/org-apps/{enterprise}/{app}/approve`, `restrict` and `clear`: decides about an app, whether or not
//! anybody asked for it. Approvers and administrators only.
//!
//! 202 when it is written down; Slack is asked right afterwards, as often as it takes. A caller that hangs up does
//! not cut this short.

use axum::extract::State;
use grantbook_core::{
    AppId, EnterpriseId,
    view::{
        Problem,
        approvals::{AppWish, AppWishView, AppWishWhat},
    },
};
use http::StatusCode;
use tracing::Instrument as _;

use crate::{
    app::AppState,
    auth::{Approver, Caller},
    doors::rest::app_alarms::problem,
    error::ApiError,
    extract::{Json, Path},
};

type Answer = Result<(StatusCode, Json<Vec<AppWishView>>), ApiError>;

/// Approves an app in these workspaces, or in the whole organization, with all the scopes it declares.
#[utoipa::path(
    post, path = "/org-apps/{enterprise}/{app}/approve", tag = "org-apps",
    params(("enterprise" = EnterpriseId, Path), ("app" = AppId, Path)), request_body = AppWish,
    responses(
        (status = ACCEPTED, body = [AppWishView], description = "Written down; asked again while it is under way it is the same decision"),
        (status = CONFLICT, body = Problem, description = "`no_administrator`, `decision_on_its_way`"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`reason_invalid`, `places_invalid`"),
    )
)]
#[tracing::instrument(name = "api.org_apps.approve", skip_all, fields(app = %app))]
pub(crate) async fn approve(
    Approver(caller): Approver,
    State(state): State<AppState>,
    Path((enterprise, app)): Path<(EnterpriseId, AppId)>,
    Json(wish): Json<AppWish>,
) -> Answer {
    decide(state, caller, (enterprise, app), AppWishWhat::Approve, wish).await
}

/// Restricts an app in these workspaces, or in the whole organization. What is installed stays installed.
#[utoipa::path(
    post, path = "/org-apps/{enterprise}/{app}/restrict", tag = "org-apps",
    params(("enterprise" = EnterpriseId, Path), ("app" = AppId, Path)), request_body = AppWish,
    responses(
        (status = ACCEPTED, body = [AppWishView], description = "Written down; asked again while it is under way it is the same decision"),
        (status = CONFLICT, body = Problem, description = "`no_administrator`, `decision_on_its_way`"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`reason_invalid`, `places_invalid`"),
    )
)]
#[tracing::instrument(name = "api.org_apps.restrict", skip_all, fields(app = %app))]
pub(crate) async fn restrict(
    Approver(caller): Approver,
    State(state): State<AppState>,
    Path((enterprise, app)): Path<(EnterpriseId, AppId)>,
    Json(wish): Json<AppWish>,
) -> Answer {
    decide(state, caller, (enterprise, app), AppWishWhat::Restrict, wish).await
}

/// Takes back what was decided about an app in these workspaces, or for the whole organization.
#[utoipa::path(
    post, path = "/org-apps/{enterprise}/{app}/clear", tag = "org-apps",
    params(("enterprise" = EnterpriseId, Path), ("app" = AppId, Path)), request_body = AppWish,
    responses(
        (status = ACCEPTED, body = [AppWishView], description = "Written down; asked again while it is under way it is the same decision"),
        (status = CONFLICT, body = Problem, description = "`no_administrator`, `decision_on_its_way`"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`reason_invalid`, `places_invalid`"),
    )
)]
#[tracing::instrument(name = "api.org_apps.clear", skip_all, fields(app = %app))]
pub(crate) async fn clear(
    Approver(caller): Approver,
    State(state): State<AppState>,
    Path((enterprise, app)): Path<(EnterpriseId, AppId)>,
    Json(wish): Json<AppWish>,
) -> Answer {
    decide(state, caller, (enterprise, app), AppWishWhat::Clear, wish).await
}

async fn decide(
    state: AppState,
    caller: Caller,
    (enterprise, app): (EnterpriseId, AppId),
    what: AppWishWhat,
    wish: AppWish,
) -> Answer {
    let flow = state.org_apps.clone();
    let who = caller.audit_name();
    let work = async move { flow.decide((&enterprise, &app), what, &wish, &who).await };
    let outcome = state.lifecycle.tasks.spawn(work.in_current_span()).await;
    match outcome.map_err(ApiError::internal)? {
        Ok(views) => Ok((StatusCode::ACCEPTED, Json(views))),
        Err(error) => Err(problem(error)),
    }
}
