//! `POST /api/v1/rules/import`: Slack's own automation rules as rules of this house. Keeps nothing.

use axum::extract::State;
use grantbook_core::view::{
    Problem,
    approvals::{RulesCheckView, RulesFormat, RulesText},
};

use crate::{app::AppState, auth::Viewer, error::ApiError, extract::Json};

/// Reads rules in the shape in which Slack's audit log shows its automation rules, and answers them as TOML.
/// Whatever the form that is named, the text is read as Slack's.
#[utoipa::path(
    post, path = "/rules/import", tag = "rules", request_body = RulesText,
    responses(
        (status = OK, body = RulesCheckView),
        (status = NOT_FOUND, body = Problem, description = "`rules_version_not_found`"),
        (status = UNPROCESSABLE_ENTITY, body = Problem, description = "`rules_refused`, with the rule and the field"),
    )
)]
pub(crate) async fn import(
    _viewer: Viewer,
    State(state): State<AppState>,
    Json(body): Json<RulesText>,
) -> Result<Json<RulesCheckView>, ApiError> {
    let slack = RulesText {
        format: RulesFormat::Slack,
        ..body
    };
    Ok(Json(state.rules.check(slack).await?))
}
