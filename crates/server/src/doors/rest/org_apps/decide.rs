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
    auth::Approver,
    doors::rest::app_alarms::problem,
    error::ApiError,
    extract::{Json, Path},
};

/// A decision's address: what it does, its name, where it stands and what it is called in traces, and what is wanted.
macro_rules! decisions {
    ($($(#[$doc:meta])+ $name:ident $path:literal $span:literal => $what:ident;)+) => {$(
        $(#[$doc])+
        #[utoipa::path(
            post, path = $path, tag = "org-apps",
            params(("enterprise" = EnterpriseId, Path), ("app" = AppId, Path)), request_body = AppWish,
            responses(
                (status = ACCEPTED, body = [AppWishView], description = "Written down; asked again while it is under way it is the same decision"),
                (status = CONFLICT, body = Problem, description = "`no_administrator`, `decision_on_its_way`"),
                (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`reason_invalid`, `places_invalid`"),
            )
        )]
        #[tracing::instrument(name = $span, skip_all, fields(app = %app))]
        pub(crate) async fn $name(
            Approver(caller): Approver,
            State(state): State<AppState>,
            Path((enterprise, app)): Path<(EnterpriseId, AppId)>,
            Json(wish): Json<AppWish>,
        ) -> Result<(StatusCode, Json<Vec<AppWishView>>), ApiError> {
            let (flow, who) = (state.org_apps.clone(), caller.audit_name());
            let work = async move { flow.decide((&enterprise, &app), AppWishWhat::$what, &wish, &who).await };
            let outcome = state.lifecycle.tasks.spawn(work.in_current_span()).await;
            match outcome.map_err(ApiError::internal)? {
                Ok(views) => Ok((StatusCode::ACCEPTED, Json(views))),
                Err(error) => Err(problem(error)),
            }
        }
    )+};
}

decisions! {
    /// Approves an app in these workspaces, or in the whole organization, with all the scopes it declares.
    approve "/org-apps/{enterprise}/{app}/approve" "api.org_apps.approve" => Approve;
    /// Restricts an app in these workspaces, or in the whole organization. What is installed stays installed.
    restrict "/org-apps/{enterprise}/{app}/restrict" "api.org_apps.restrict" => Restrict;
    /// Takes back what was decided about an app in these workspaces, or for the whole organization.
    clear "/org-apps/{enterprise}/{app}/clear" "api.org_apps.clear" => Clear;
}
