//! `revoke`: `auth.revoke` with the refresh token, then with the token itself.
//!
//! The lease of refreshing is held meanwhile: a token that somebody bought in between would live on.

use grantbook_api::{
    client::Caller,
    error::{CallError, ErrorCode},
    methods::{AuthRevoke, AuthRevokeAnswer},
    secret::AccessToken,
};
use grantbook_core::InstallationKey;
use grantbook_store::{
    StoreError,
    outbox::OutboxRow,
    tokens::{Credential, CredentialState, Holder, Leased},
};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::{Outcome, judge};
use crate::{
    House,
    outbox::{ONCE, PAUSES},
};

/// How long the lease is held at most, in seconds: longer than two calls take.
const LEASE_SECONDS: i64 = 30;

pub(super) async fn ask(house: &House, row: &OutboxRow, holder: &Holder) -> Result<Outcome, StoreError> {
    let (store, now) = (&house.store, house.clock.now());
    let key = &row.installation.key;
    let leased = store
        .lease_refresh(key, holder, &house.ids.id(), now, LEASE_SECONDS)
        .await?;
    let (fence, credential) = match leased {
        Leased::Got { fence, credential } => (Some(fence), credential),
        Leased::Barred(credential) => (None, credential),
        Leased::Missing => return Ok(Outcome::failed("no_token")),
        Leased::Held { .. } => {
            return Ok(Outcome::Later {
                seconds: PAUSES[0],
                error: "refresh_busy".to_owned(),
            });
        }
    };
    let outcome = end(house, row, &credential).await;
    // Where the token ended the fence moves on with it.
    if let (Some(fence), false) = (fence, matches!(outcome, Outcome::Done(_))) {
        store.release_lease(credential.id, fence).await?;
    }
    Ok(outcome)
}

async fn end(house: &House, row: &OutboxRow, credential: &Credential) -> Outcome {
    if credential.state == CredentialState::Revoked {
        return Outcome::already("token_revoked");
    }
    // A refresh keeps what is meant, a new install does not.
    if credential.refreshed_at.is_none() && credential.issued_at > row.created_at {
        return Outcome::failed("installed_again");
    }
    let key = &row.installation.key;
    if let Some(refresh) = &credential.refresh {
        match revoke(house, key, credential.holder.as_str(), refresh.expose_secret()).await {
            Err(error) if error.code().is_none() => return judge(&error, row),
            // Slack does not document it of each kind; what it refuses cannot be had.
            _ => {}
        }
    }
    match revoke(
        house,
        key,
        credential.holder.as_str(),
        credential.access.expose_secret(),
    )
    .await
    {
        Ok(AuthRevokeAnswer { revoked: true }) => Outcome::Done(json!({ "revoked": true })),
        Ok(AuthRevokeAnswer { revoked: false }) => Outcome::failed("not_revoked"),
        Err(error) if error.code().is_some_and(ErrorCode::is_token_trouble) => {
            Outcome::already(error.code().map_or("", ErrorCode::as_str))
        }
        Err(error) => judge(&error, row),
    }
}

async fn revoke(
    house: &House,
    key: &InstallationKey,
    holder: &str,
    token: &str,
) -> Result<AuthRevokeAnswer, CallError> {
    let token = AccessToken::new(token);
    let slack = house.slack.with_policy(ONCE);
    let caller = Caller::new(&token, key).held_by(holder);
    slack.call(&caller, &AuthRevoke { test: false }).await
}
