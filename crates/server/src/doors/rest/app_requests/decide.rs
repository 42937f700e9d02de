//! `POST /api/v1/app-requests/{id}/approve|restrict|cancel|ask`: deciding one request. Approvers only.
//!
//! Answers when decision, call and audit line are stored; the call follows, and how it stands is in the request.

use axum::extract::State;
use grantbook_core::view::{
    Problem,
    approvals::{AppRequestView, AskWhy, DecisionWish, Outcome},
};

use super::not_found;
use crate::{
    app::AppState,
    auth::Approver,
    error::ApiError,
    extract::{Json, Path},
};

/// The request as it stands after a decision.
async fn now(state: &AppState, id: i64) -> Result<Json<AppRequestView>, ApiError> {
    let view = state.queue.view(id).await.map_err(ApiError::internal)?;
    view.map(Json).ok_or_else(|| not_found(id))
}

/// A decision's address: what it does, its name, where it stands and what it is called in traces, and how the
/// request ends.
macro_rules! decisions {
    ($($(#[$doc:meta])+ $name:ident $path:literal $span:literal => $outcome:ident;)+) => {$(
        $(#[$doc])+
        #[utoipa::path(
            post, path = $path, tag = "app-requests", params(("id" = i64, Path)), request_body = DecisionWish,
            responses(
                (status = OK, body = AppRequestView),
                (status = FORBIDDEN, body = Problem, description = "`approvers_only`, `own_request`, `not_asked`"),
                (status = NOT_FOUND, body = Problem, description = "`app_request_not_found`"),
                (status = CONFLICT, body = Problem, description = "`not_open`, `voted_already`"),
                (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`reason_required`, `reason_too_long`, `scope_not_optional`, `wrong_days`"),
            )
        )]
        #[tracing::instrument(name = $span, skip_all, fields(app_request = id))]
        pub(crate) async fn $name(
            Approver(caller): Approver,
            State(state): State<AppState>,
            Path(id): Path<i64>,
            Json(wish): Json<DecisionWish>,
        ) -> Result<Json<AppRequestView>, ApiError> {
            state.approvals.decide(id, &caller.actor(), Outcome::$outcome, wish).await?;
            now(&state, id).await
        }
    )+};
}

decisions! {
    /// Approves the app where it was asked for, or for the organization.
    approve "/app-requests/{id}/approve" "api.app_requests.approve" => Approved;
    /// Restricts the app where it was asked for, or for the organization.
    restrict "/app-requests/{id}/restrict" "api.app_requests.restrict" => Restricted;
    /// Dismisses the request; the app stays undecided.
    cancel "/app-requests/{id}/cancel" "api.app_requests.cancel" => Cancelled;
}

/// Asks the requester, in Slack, what they need the app for.
#[utoipa::path(
    post, path = "/app-requests/{id}/ask", tag = "app-requests", params(("id" = i64, Path)), request_body = AskWhy,
    responses(
        (status = OK, body = AppRequestView),
        (status = FORBIDDEN, body = Problem, description = "`approvers_only`, `own_request`, `not_asked`"),
        (status = NOT_FOUND, body = Problem, description = "`app_request_not_found`"),
        (status = CONFLICT, body = Problem, description = "`not_open`, `voted_already`"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`reason_too_long`"),
    )
)]
#[tracing::instrument(name = "api.app_requests.ask", skip_all, fields(app_request = id))]
pub(crate) async fn ask(
    Approver(caller): Approver,
    State(state): State<AppState>,
    Path(id): Path<i64>,
    Json(why): Json<AskWhy>,
) -> Result<Json<AppRequestView>, ApiError> {
    state.approvals.ask_why(id, &caller.actor(), &why.text).await?;
    now(&state, id).await
}
