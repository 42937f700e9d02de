//! `oauth.v2.exchange`: when an app begins to rotate its tokens, those that never end become pairs.
//!
//! The same lease, fence and mark as for a refresh. What differs is what a lost answer means: the old token serves
//! until the first refresh of the pair that it bought (docs.slack.dev, "Using token rotation"), so that nobody has
//! to authorize anything. Slack exchanges a token once, though; one whose pair was lost stays as it is, and says so.

use grantbook_api::{
    client::RetryPolicy,
    error::{CallError, ErrorCode},
    secret::AccessToken,
};
use grantbook_core::Timestamp;
use grantbook_store::{
    StoreError,
    apps::AppRecord,
    tokens::{Credential, CredentialRef, CredentialState, Fence, Leased, NewToken},
};
use secrecy::ExposeSecret as _;

use super::{
    LEASE_SECONDS, Rotation,
    refresh::{keep, pair_of},
    retry,
};
use crate::{House, apps::Tries, failure};

impl Rotation {
    /// Exchanges what is due, a few at a time. Answers how many tokens rotate now.
    pub(super) async fn exchange_due(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut exchanged = 0;
        for due in self.house.store.due_for_exchange(now, retry::AT_ONCE).await? {
            exchanged += usize::from(self.exchange(&due).await?);
        }
        Ok(exchanged)
    }

    async fn exchange(&self, due: &CredentialRef) -> Result<bool, StoreError> {
        let (store, now) = (&self.house.store, self.house.clock.now());
        let owner = self.house.ids.id();
        let leased = store
            .lease_refresh(&due.installation, &due.holder, &owner, now, LEASE_SECONDS)
            .await?;
        let Leased::Got { fence, credential } = leased else {
            return Ok(false);
        };
        // Read after the lease was taken: another replica may have done it, or the app was installed again.
        let app = self.house.app(&due.installation.app).await?;
        let app = app.filter(|app| app.token_rotation && never_ends(&credential));
        let Some(app) = app else {
            store.release_lease(credential.id, fence).await?;
            return Ok(false);
        };
        if !store.mark_spending(credential.id, fence, now).await? {
            return Ok(false);
        }
        let answer = call(&self.house, &app, &credential).await;
        let now = self.house.clock.now();
        match answer {
            Ok(token) => {
                keep(&self.house, &credential, fence, &token, now).await?;
                tracing::info!(installation = %due.installation, holder = %due.holder, "a token that never ended rotates now");
                Ok(true)
            }
            Err(error) => {
                note(&self.house, &credential, fence, &error, now).await?;
                Ok(false)
            }
        }
    }
}

fn never_ends(credential: &Credential) -> bool {
    credential.state == CredentialState::Live
        && credential.kind.single_use()
        && credential.refresh.is_none()
        && credential.expires_at.is_none()
}

async fn call(house: &House, app: &AppRecord, credential: &Credential) -> Result<NewToken, CallError> {
    let slack = house.slack.with_policy(RetryPolicy::NONE);
    let token = || AccessToken::new(credential.access.expose_secret());
    let pair = Tries::new(house, app)
        .ask(async |app| slack.oauth_v2_exchange(&app, token()).await)
        .await?;
    pair_of(house, &pair)
}

/// The token serves on. It is tried again later, unless Slack says that it has given the pair away.
async fn note(
    house: &House,
    credential: &Credential,
    fence: Fence,
    error: &CallError,
    now: Timestamp,
) -> Result<(), StoreError> {
    let code = failure::code(error);
    let is_final = |code: &ErrorCode| *code == ErrorCode::TokenAlreadyExchanged || code.is_token_trouble();
    let for_good = error.code().is_some_and(is_final);
    let retry_at = (!for_good).then(|| retry::again_at(now, credential.failures + 1, 0));
    tracing::warn!(installation = %credential.installation, code, for_good, "a token was not exchanged and serves on");
    house
        .store
        .refresh_failed(credential.id, fence, &code, retry_at, false, now)
        .await?;
    Ok(())
}
