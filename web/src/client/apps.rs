//! Registered apps and the tries to install them.

use grantbook_core::{
    AppSlug,
    view::{AppView, InstallAttemptView, NewApp, Page},
};

use super::{UiError, http};

/// All registered apps.
pub async fn apps() -> Result<Page<AppView>, UiError> {
    http::get("apps", "limit=200").await
}

/// One registered app.
pub async fn app(slug: &AppSlug) -> Result<AppView, UiError> {
    http::get(&format!("apps/{slug}"), "").await
}

/// Registers an app.
pub async fn add_app(app: &NewApp) -> Result<AppView, UiError> {
    http::post("apps", Some(app)).await
}

/// Tries to install apps, newest first; `query` as the contract has it (`app`, `limit`, `cursor`).
pub async fn installs(query: &str) -> Result<Page<InstallAttemptView>, UiError> {
    http::get("installs", query).await
}
