//! Workspaces and installations.
//!
//! `query` is a query string without its question mark; its parameters are those of the page's own
//! address, so that a filtered view and its data share one spelling.

use grantbook_core::{
    InstallationKey, Tenant,
    view::{InstallationView, Page, WorkspaceView},
};

use super::{UiError, http};

/// Workspaces: `q`, `status`, `app`, `scope`, `changed_since`, `sort`, `order`, `limit`, `cursor`.
pub async fn workspaces(query: &str) -> Result<Page<WorkspaceView>, UiError> {
    http::get("workspaces", query).await
}

/// The address of the same list as CSV, for a link.
pub fn workspaces_csv(query: &str) -> String {
    http::address("workspaces.csv", query)
}

/// One workspace with its installations.
pub async fn workspace(tenant: &Tenant) -> Result<WorkspaceView, UiError> {
    http::get(&format!("workspaces/{tenant}"), "").await
}

/// Installations: `q`, `app`, `workspace`, `status`, `scope`, `limit`, `cursor`.
pub async fn installations(query: &str) -> Result<Page<InstallationView>, UiError> {
    http::get("installations", query).await
}

/// One installation.
pub async fn installation(key: &InstallationKey) -> Result<InstallationView, UiError> {
    http::get(&format!("installations/{key}"), "").await
}
