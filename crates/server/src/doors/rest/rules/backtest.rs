//! `POST /api/v1/rules/backtest`: what an edit would have changed. Changes nothing, so anybody signed in may.

use axum::extract::State;
use grantbook_core::view::{
    Problem,
    approvals::{BacktestView, BacktestWish},
};

use crate::{app::AppState, auth::Viewer, error::ApiError, extract::Json};

/// Decides every request of the past under these rules and under a version, and lists what comes out differently.
#[utoipa::path(
    post, path = "/rules/backtest", tag = "rules", request_body = BacktestWish,
    responses(
        (status = OK, body = BacktestView),
        (status = NOT_FOUND, body = Problem, description = "`rules_version_not_found`"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`rules_refused`, with line and reason"),
    )
)]
pub(crate) async fn backtest(
    _viewer: Viewer,
    State(state): State<AppState>,
    Json(body): Json<BacktestWish>,
) -> Result<Json<BacktestView>, ApiError> {
    Ok(Json(state.rules.backtest(body).await?))
}
