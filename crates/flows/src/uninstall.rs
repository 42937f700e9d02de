//! `uninstall`: takes an app out of a workspace or organization, with a reason.
//!
//! Slack is asked; the ledger learns of it by the events that follow, as of every other uninstall.

use grantbook_api::{
    client::RetryPolicy,
    error::CallError,
    oauth::{ClientCredentials, ClientId},
    secret::ClientSecret,
};
use grantbook_core::InstallationKey;
use grantbook_store::{StoreError, apps::AppRecord};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::{
    House,
    audit::{self, Audit, deeds},
    failure,
    rotation::{TokenError, is_over},
};

/// Longest reason, in characters.
const MAX_REASON: usize = 500;

/// Why an app was not uninstalled.
#[derive(Debug, thiserror::Error)]
pub enum UninstallError {
    /// There is no such installation.
    #[error("there is no installation {0}")]
    NotFound(InstallationKey),
    /// Empty, or too long.
    #[error("a reason has 1 to {MAX_REASON} characters: say why the app is taken out")]
    Reason,
    /// There is no token to ask with.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Slack refused, or did not answer.
    #[error("Slack did not uninstall the app")]
    Slack(#[source] CallError),
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

/// The use case.
#[derive(Clone, Debug)]
pub struct Uninstall {
    house: House,
    audit: Audit,
}

impl Uninstall {
    /// The use case over `house`.
    pub fn new(house: House) -> Self {
        let audit = Audit::new(house.clone());
        Self { house, audit }
    }

    /// Asks Slack to uninstall the app, with the app's own token (`apps.uninstall`). The audit log has who,
    /// why, and what Slack answered; the reason is written down before Slack is asked.
    ///
    /// Doors run it as a task of its own: when the caller hangs up, the outcome is written down all the same.
    pub async fn run(&self, key: &InstallationKey, reason: &str, who: &str) -> Result<(), UninstallError> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > MAX_REASON {
            return Err(UninstallError::Reason);
        }
        let not_found = || UninstallError::NotFound(key.clone());
        self.house.store.installation_ref(key).await?.ok_or_else(not_found)?;
        let app = self.house.app(&key.app).await?.ok_or_else(not_found)?;
        // Asked for first: where there is none, nothing is about to happen.
        self.house.calling(key).await?;
        let subject = || audit::installation(key);
        self.audit
            .note(who, deeds::UNINSTALL_REQUESTED, subject(), json!({ "reason": reason }))
            .await?;
        let outcome = self.ask(key, &app).await;
        let (what, detail) = match &outcome {
            Ok(()) => (deeds::UNINSTALL_ACCEPTED, json!({ "reason": reason })),
            Err(error) => (
                deeds::UNINSTALL_FAILED,
                json!({ "reason": reason, "code": code(error) }),
            ),
        };
        if let Err(error) = self.audit.note(who, what, subject(), detail).await {
            // What was asked of Slack cannot be taken back: the caller learns of that rather than of this.
            let error = &error as &(dyn std::error::Error + Sync);
            tracing::error!(installation = %key, error, "the outcome of an uninstall was not written down");
        }
        outcome
    }

    async fn ask(&self, key: &InstallationKey, app: &AppRecord) -> Result<(), UninstallError> {
        let credentials = ClientCredentials {
            id: ClientId::new(&app.client_id),
            secret: ClientSecret::new(app.client_secret.expose_secret()),
        };
        // A person waits for the answer.
        let slack = self.house.slack.with_policy(RetryPolicy::NONE);
        let mut calling = self.house.calling(key).await?;
        let answer = match slack.apps_uninstall(&calling.caller(), &credentials).await {
            Err(error) if is_over(&error) && calling.renew().await? => {
                slack.apps_uninstall(&calling.caller(), &credentials).await
            }
            answer => answer,
        };
        answer.map_err(UninstallError::Slack)
    }
}

/// The outcome's code for the audit log.
fn code(error: &UninstallError) -> String {
    match error {
        UninstallError::Slack(cause) => failure::code(cause),
        UninstallError::Token(cause) => cause.code().to_owned(),
        UninstallError::Store(_) => "storage_unavailable".to_owned(),
        UninstallError::NotFound(_) | UninstallError::Reason => "not_asked".to_owned(),
    }
}
