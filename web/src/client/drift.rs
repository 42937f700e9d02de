//! Differences between what is declared, the ledger and Slack, and scopes that nobody uses.

use grantbook_core::{
    InstallationKey,
    view::{
        Page,
        drift::{DriftRunView, DriftSummary, DriftView, UnusedScopeView},
    },
};

use super::{UiError, http};

/// Differences: `state` (`open`, `closed`), `app`, `workspace`, `kind`, `limit`, `cursor`.
pub async fn drifts(query: &str) -> Result<Page<DriftView>, UiError> {
    http::get("drift", query).await
}

/// The address of the same list as CSV, for a link.
pub fn drifts_csv(query: &str) -> String {
    http::address("drift.csv", query)
}

/// How far ledger and Slack have been compared.
pub async fn drift_summary() -> Result<DriftSummary, UiError> {
    http::get("drift/summary", "").await
}

/// Begins to compare all installations.
pub async fn run_drift() -> Result<(), UiError> {
    http::tell("drift/run", &()).await
}

/// How far the last comparison of all installations is.
pub async fn drift_run() -> Result<DriftRunView, UiError> {
    http::get("drift/run", "").await
}

/// The same of one installation.
pub async fn unused_of(key: &InstallationKey) -> Result<Page<UnusedScopeView>, UiError> {
    http::get(&format!("installations/{key}/unused-scopes"), "limit=50").await
}

/// Scopes that are held and that no observed call needed: `app`, `workspace`, `limit`, `cursor`.
pub async fn unused_scopes(query: &str) -> Result<Page<UnusedScopeView>, UiError> {
    http::get("unused-scopes", query).await
}
