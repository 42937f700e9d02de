//! `GET /api/v1/rules/versions/{version}/flips.csv`: the backtest of a version, as a file.

use axum::{extract::State, response::Response};
use grantbook_core::view::{Page, Problem, approvals::FlipView};

use crate::{app::AppState, auth::Viewer, doors::rest::csv, error::ApiError, extract::Path};

const HEADER: [&str; 12] = [
    "id",
    "request_id",
    "app",
    "app_name",
    "workspace",
    "workspace_name",
    "asked_at",
    "decision_in_force",
    "rule_in_force",
    "decision_then",
    "rule_then",
    "why",
];

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
    let flips = state.rules.flips(version).await?;
    let whole = move |_page| {
        let items = flips.clone();
        async move {
            Ok(Page {
                items,
                next_cursor: None,
            })
        }
    };
    csv::export(&format!("rules-{version}-flips.csv"), &HEADER, whole, line).await
}

fn line(flip: &FlipView) -> Vec<String> {
    vec![
        flip.id.to_string(),
        flip.request_id.to_string(),
        flip.app.to_string(),
        flip.app_name.clone(),
        csv::text(flip.team.as_ref()),
        csv::text(flip.team_name.as_ref()),
        flip.asked_at.to_string(),
        flip.old.clone(),
        csv::text(flip.old_rule.as_ref().map(|rule| &rule.id)),
        flip.new.clone(),
        csv::text(flip.new_rule.as_ref().map(|rule| &rule.id)),
        flip.new_sentence.clone(),
    ]
}
