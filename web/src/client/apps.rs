//! Registered apps and the tries to install them.

use grantbook_core::{
    AppSlug,
    view::{
        AppView, InstallAttemptView, NewApp, Page,
        apps::{AppChange, AppDraft, ConnectionTest, SecretChange},
    },
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

/// Changes an app.
pub async fn change_app(slug: &AppSlug, change: &AppChange) -> Result<AppView, UiError> {
    http::patch(&format!("apps/{slug}"), change).await
}

/// Puts new secrets in place; those before stay good for a while.
pub async fn change_secrets(slug: &AppSlug, change: &SecretChange) -> Result<AppView, UiError> {
    http::post(&format!("apps/{slug}/secrets"), Some(change)).await
}

/// Ends the time in which the secrets before are good as well.
pub async fn end_overlap(slug: &AppSlug) -> Result<(), UiError> {
    http::delete(&format!("apps/{slug}/secrets/previous")).await
}

/// The app's manifest, for Slack.
pub async fn manifest(slug: &AppSlug) -> Result<String, UiError> {
    http::pretty(&format!("apps/{slug}/manifest"), None::<&()>).await
}

/// The manifest of an app that is not registered yet.
pub async fn manifest_of(draft: &AppDraft) -> Result<String, UiError> {
    http::pretty("apps/manifest", Some(draft)).await
}

/// Whether console and Slack understand each other about an app; asks Slack.
pub async fn test_app(slug: &AppSlug) -> Result<ConnectionTest, UiError> {
    http::post(&format!("apps/{slug}/test"), None::<&()>).await
}
