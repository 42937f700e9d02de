//! The one call that spends a refresh token, and what is written down of it.

use grantbook_api::{
    client::RetryPolicy,
    error::{CallError, ErrorCode},
    oauth::V2Rotated,
    secret::RefreshToken,
};
use grantbook_core::Timestamp;
use grantbook_store::{
    StoreError,
    apps::AppRecord,
    tokens::{Credential, CredentialKind, Fence, NewToken},
};
use secrecy::ExposeSecret as _;

use super::retry;
use crate::{House, apps::Tries, failure};

/// How often the database is tried after Slack has answered: the new token is in our hands only.
const WRITES: u32 = 5;
/// How long to wait between them.
const WRITE_PAUSE: std::time::Duration = std::time::Duration::from_millis(200);

/// Marks and spends the refresh token, under the lease. An error means that nothing could be written: a mark
/// then stays, and tells whoever comes next.
pub(super) async fn spend(
    house: &House,
    app: &AppRecord,
    credential: &Credential,
    fence: Fence,
    now: Timestamp,
) -> Result<(), StoreError> {
    // Without one nothing is due (`Rotation::usable`).
    let Some(refresh) = &credential.refresh else {
        return house.store.release_lease(credential.id, fence).await;
    };
    if !house.store.mark_spending(credential.id, fence, now).await? {
        return Ok(());
    }
    let answer = call(house, app, credential.kind, RefreshToken::new(refresh.expose_secret())).await;
    let now = house.clock.now();
    match answer {
        Ok(token) => keep(house, credential, fence, &token, now).await,
        Err(error) => note(house, credential, fence, &error, now).await,
    }
}

async fn call(
    house: &House,
    app: &AppRecord,
    kind: CredentialKind,
    refresh: RefreshToken,
) -> Result<NewToken, CallError> {
    // What Slack wants us to wait for is waited for by the row: the lease is shorter than the client's patience.
    let slack = house.slack.with_policy(RetryPolicy::NONE);
    let tries = Tries::new(house, app);
    if kind.single_use() {
        let pair = tries
            .ask(async |app| slack.oauth_v2_refresh(&app, refresh.clone()).await)
            .await?;
        return pair_of(house, &pair);
    }
    let answer = tries
        .ask(async |app| slack.oauth_refresh(&app, refresh.clone()).await)
        .await?;
    let issued_at = house.clock.now();
    Ok(NewToken {
        access: answer.access_token.expose().to_owned().into(),
        refresh: answer.refresh_token.map(|token| token.expose().to_owned().into()),
        issued_at,
        expires_at: Some(issued_at.plus_seconds(answer.expires_in)),
    })
}

/// A rotating pair as it is kept.
pub(super) fn pair_of(house: &House, pair: &V2Rotated) -> Result<NewToken, CallError> {
    let issued_at = house.clock.now();
    let access = pair.access_token().ok_or_else(|| CallError::Shape {
        reason: "missing field `access_token`".to_owned(),
    })?;
    Ok(NewToken {
        access: access.expose().to_owned().into(),
        refresh: pair.refresh_token().map(|token| token.expose().to_owned().into()),
        issued_at,
        expires_at: pair.expires_in().map(|seconds| issued_at.plus_seconds(seconds)),
    })
}

/// Writes the new token under the fence. It exists nowhere else, so the database is asked more than once.
pub(super) async fn keep(
    house: &House,
    credential: &Credential,
    fence: Fence,
    token: &NewToken,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match house.store.replace_token(credential.id, fence, token, now).await {
            Ok(true) => break,
            Ok(false) => {
                // A re-install or another lessee was faster: theirs counts, ours is dropped.
                tracing::warn!(installation = %credential.installation, "a refreshed token came too late to be kept");
                break;
            }
            Err(error) if tries >= WRITES => return Err(error),
            Err(error) => {
                let error = &error as &(dyn std::error::Error + Sync);
                tracing::warn!(error, tries, "a refreshed token could not be written yet");
            }
        }
        tokio::time::sleep(WRITE_PAUSE).await;
    }
    if house.has_token(&credential.installation) {
        house.fetch_token(&credential.installation).await?;
    }
    Ok(())
}

async fn note(
    house: &House,
    credential: &Credential,
    fence: Fence,
    error: &CallError,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (store, id, code) = (&house.store, credential.id, failure::code(error));
    let installation = &credential.installation;
    if error.may_have_happened() && credential.kind.single_use() {
        // Slack may have answered with the only pair there is: a person must authorize the app again.
        tracing::error!(%installation, code, "the answer to a refresh was lost; the token needs a new authorization");
        store.refresh_lost(id, fence, &code, now).await?;
        return Ok(());
    }
    let for_good = error.code().is_some_and(is_final);
    let asked = match error {
        CallError::RateLimited { retry_after } => i64::try_from(retry_after.as_secs()).unwrap_or(0) + 1,
        _ => 0,
    };
    let retry_at = (!for_good).then(|| retry::again_at(now, credential.failures + 1, asked));
    tracing::warn!(%installation, code, for_good, "a token was not refreshed");
    store.refresh_failed(id, fence, &code, retry_at, for_good, now).await?;
    Ok(())
}

/// Refusals that no later try can change. Wrong credentials of the app are not among them: somebody can put
/// them right, and no person has to authorize anything again.
fn is_final(code: &ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::InvalidRefreshToken | ErrorCode::InvalidToken | ErrorCode::InvalidGrantType
    ) || code.is_token_trouble()
}
