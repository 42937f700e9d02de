//! `GET /api/v1/rules/versions/{version}/flips.csv`: the backtest of a version, as a file.

use axum::{extract::State, response::Response};
use grantbook_core::view::{Problem, approvals::FlipView};

use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Path};

const TABLE: csv::Table<'_, FlipView> = csv::Table {
    name: "rules-flips.csv",
    columns: &[
        ("id", |flip| flip.id.to_string()),
        ("request_id", |flip| flip.request_id.to_string()),
        ("app", |flip| flip.app.to_string()),
        ("app_name", |flip| flip.app_name.clone()),
        ("workspace", |flip| csv::text(flip.team.as_ref())),
        ("workspace_name", |flip| csv::text(flip.team_name.as_ref())),
        ("asked_at", |flip| flip.asked_at.to_string()),
        ("decision_in_force", |flip| flip.old.clone()),
        ("rule_in_force", |flip| {
            csv::text(flip.old_rule.as_ref().map(|rule| &rule.id))
        }),
        ("decision_then", |flip| flip.new.clone()),
        ("rule_then", |flip| {
            csv::text(flip.new_rule.as_ref().map(|rule| &rule.id))
        }),
        ("why", |flip| flip.new_sentence.clone()),
    ],
};

/// Every request of the past that this version decides differently than the one in force, at most 100,000.
#[utoipa::path(
    get, path = "/rules/versions/{version}/flips.csv", tag = "rules", params(("version" = u64, Path)),
    responses(
        (status = OK, body = String, content_type = "text/csv"),
        (status = NOT_FOUND, body = Problem, description = "`rules_version_not_found`"),
    )
)]
pub(crate) async fn export(
    _viewer: Viewer,
    State(state): State<AppState>,
    Path(version): Path<u64>,
) -> Result<Response, ApiError> {
    let name = &*format!("rules-{version}-flips.csv");
    let flips = state.rules.flips(version).await?;
    csv::Table { name, ..TABLE }.rows(flips).await
}
