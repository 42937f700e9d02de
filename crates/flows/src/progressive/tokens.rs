//! `TokenShelf`: tokens of installations with an open request, opened and at hand.
//!
//! A press can only come from a message of ours, and sending that took the token: it is put here then.
//! After a start those of open requests are fetched in the background, and what changes is fetched anew.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use grantbook_api::secret::AccessToken;
use grantbook_core::InstallationKey;
use grantbook_store::StoreError;
use secrecy::ExposeSecret as _;
use tokio::sync::broadcast::error::RecvError;

use crate::House;

/// Tokens by installation.
#[derive(Default)]
pub(crate) struct TokenShelf(RwLock<HashMap<InstallationKey, AccessToken>>);

impl TokenShelf {
    fn get(&self, key: &InstallationKey) -> Option<AccessToken> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn put(&self, key: InstallationKey, token: AccessToken) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, token);
    }

    fn drop_token(&self, key: &InstallationKey) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    fn has(&self, key: &InstallationKey) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains_key(key)
    }
}

impl House {
    /// The token of an installation: at hand, or from the database and at hand from then on. `None` where
    /// there is none, or where it was revoked.
    pub(crate) async fn token(&self, key: &InstallationKey) -> Result<Option<AccessToken>, StoreError> {
        match self.hands.tokens.get(key) {
            Some(token) => Ok(Some(token)),
            None => self.fetch_token(key).await,
        }
    }

    /// The token from the database, at hand from then on.
    pub(crate) async fn fetch_token(&self, key: &InstallationKey) -> Result<Option<AccessToken>, StoreError> {
        let stored = self.store.load_token(key).await?;
        let Some(stored) = stored.filter(|token| token.revoked_at.is_none()) else {
            self.hands.tokens.drop_token(key);
            return Ok(None);
        };
        let token = AccessToken::new(stored.access.expose_secret());
        self.hands.tokens.put(key.clone(), token.clone());
        Ok(Some(token))
    }
}

/// Fetches the tokens of open requests once, then those that change, until the house is gone.
pub(crate) async fn keep_at_hand(house: House) {
    let mut changes = house.store.changes();
    if let Err(error) = warm(&house).await {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(
            error,
            "tokens of open requests are not at hand yet; presses will wait for the database"
        );
    }
    loop {
        match changes.recv().await {
            Ok(event) if is_about_tokens(&event.kind) && house.hands.tokens.has(&event.installation) => {
                refresh(&house, &event.installation).await;
            }
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => {
                let keys: Vec<_> = {
                    let shelf = house.hands.tokens.0.read().unwrap_or_else(PoisonError::into_inner);
                    shelf.keys().cloned().collect()
                };
                for key in keys {
                    refresh(&house, &key).await;
                }
            }
            Err(RecvError::Closed) => return,
        }
    }
}

fn is_about_tokens(kind: &str) -> bool {
    matches!(kind, "installed" | "tokens_revoked" | "uninstalled")
}

async fn refresh(house: &House, key: &InstallationKey) {
    if house.fetch_token(key).await.is_err() {
        // Rather ask the database at the press than spend a trigger with a token that may be dead.
        house.hands.tokens.drop_token(key);
    }
}

async fn warm(house: &House) -> Result<(), StoreError> {
    for app in house.store.apps().await? {
        house.app(&app.slug).await?;
    }
    for key in house.store.open_offers().await? {
        house.fetch_token(&key).await?;
    }
    Ok(())
}
