//! The approval rules: in force, versions, tries.

use grantbook_core::view::{
    Page,
    approvals::{
        BacktestView, BacktestWish, DisagreementView, RulesCheckView, RulesDraft, RulesText, RulesVersionView,
        RulesView, ShadowWish,
    },
};

use super::{UiError, http};

/// The version with this number, or the rules in force.
pub async fn rules(version: Option<u64>) -> Result<RulesView, UiError> {
    match version {
        None => http::get("rules", "").await,
        Some(version) => http::get(&format!("rules/versions/{version}"), "").await,
    }
}

/// Versions, newest first: `limit`, `cursor`.
pub async fn rules_versions(query: &str) -> Result<Page<RulesVersionView>, UiError> {
    http::get("rules/versions", query).await
}

/// Keeps a new draft.
pub async fn save_rules(draft: &RulesDraft) -> Result<RulesView, UiError> {
    http::post("rules", Some(draft)).await
}

/// Puts other rules into a draft.
pub async fn rewrite_rules(version: u64, draft: &RulesDraft) -> Result<RulesView, UiError> {
    http::put(&format!("rules/versions/{version}"), draft).await
}

/// `propose`, `agree` or `discard`.
pub async fn step_rules(version: u64, step: &'static str) -> Result<RulesView, UiError> {
    http::post(&format!("rules/versions/{version}/{step}"), None::<&()>).await
}

/// Runs a version in shadow, or stops that.
pub async fn shadow_rules(version: u64, on: bool) -> Result<RulesView, UiError> {
    http::post(&format!("rules/versions/{version}/shadow"), Some(&ShadowWish { on })).await
}

/// Looks at rules without keeping them.
pub async fn check_rules(text: &RulesText) -> Result<RulesCheckView, UiError> {
    http::post("rules/check", Some(text)).await
}

/// Reads Slack's own rules.
pub async fn import_rules(text: &RulesText) -> Result<RulesCheckView, UiError> {
    http::post("rules/import", Some(text)).await
}

/// What rules would have changed.
pub async fn backtest(wish: &BacktestWish) -> Result<BacktestView, UiError> {
    http::post("rules/backtest", Some(wish)).await
}

/// Where a version in shadow says something else: `version`, `limit`, `cursor`.
pub async fn disagreements(query: &str) -> Result<Page<DisagreementView>, UiError> {
    http::get("rules/disagreements", query).await
}

/// The address of a version's flips as CSV, for a link.
pub fn flips_csv(version: u64) -> String {
    http::address(&format!("rules/versions/{version}/flips.csv"), "")
}
