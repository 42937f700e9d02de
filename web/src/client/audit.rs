//! Who did what, how the keys of encryption stand, and what happened to tokens.

use grantbook_core::{
    InstallationKey,
    view::{
        Page,
        audit::{AuditView, TokenEventView},
        encryption::EncryptionView,
    },
};

use super::{UiError, http};

/// The audit log, newest first: `who`, `what`, `subject`, `from`, `to`, `limit`, `cursor`.
pub async fn audit(query: &str) -> Result<Page<AuditView>, UiError> {
    http::get("audit", query).await
}

/// The address of the same list as CSV, for a link.
pub fn audit_csv(query: &str) -> String {
    http::address("audit.csv", query)
}

/// The keys of encryption at rest, and how far a rotation is.
pub async fn encryption() -> Result<EncryptionView, UiError> {
    http::get("encryption", "").await
}

/// What happened to an installation's tokens, newest first.
pub async fn token_events(key: &InstallationKey) -> Result<Page<TokenEventView>, UiError> {
    http::get(&format!("installations/{key}/token-events"), "limit=30").await
}
