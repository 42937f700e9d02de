//! Workspaces and installations.
//!
//! `query` is a query string without its question mark; its parameters are those of the page's own
//! address, so that a filtered view and its data share one spelling.

use grantbook_core::{
    InstallationKey, Tenant,
    view::{InstallationView, Page, UninstallView, WorkspaceView, audit::UninstallWish},
};

use super::{UiError, http};
use crate::address::encode;

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

/// How far the last uninstall has come, if one was asked for.
pub async fn uninstalling(key: &InstallationKey) -> Result<Option<UninstallView>, UiError> {
    http::get_option(&format!("installations/{key}/uninstall")).await
}

/// Asks Slack to take the app out, and keeps the reason.
pub async fn uninstall(key: &InstallationKey, reason: String) -> Result<(), UiError> {
    http::tell(&format!("installations/{key}/uninstall"), &UninstallWish { reason }).await
}

/// Asks Slack to end one token, and keeps the reason. `holder` is `app` or a person's id.
pub async fn revoke_token(key: &InstallationKey, holder: &str, reason: String) -> Result<(), UiError> {
    let path = format!("installations/{key}/tokens/{}/revoke", encode(holder));
    http::tell(&path, &UninstallWish { reason }).await
}
