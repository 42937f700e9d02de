//! `TokenShelf`: tokens of installations with an open request, opened and at hand.
//!
//! A press can only come from a message of ours, and sending that took the token: it is put here then.
//! After a start those of open requests are fetched in the background, then those of what other replicas
//! send, and what changes is fetched anew.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use grantbook_api::secret::AccessToken;
use grantbook_core::{InstallationKey, Timestamp};
use grantbook_store::StoreError;
use secrecy::ExposeSecret as _;
use tokio::{sync::broadcast::error::RecvError, time::MissedTickBehavior};

use crate::House;

/// How often requests of other replicas are looked for.
const LOOK: Duration = Duration::from_secs(1);
/// How far each look reaches back, in seconds: replicas' clocks differ, and a commit takes its time.
const OVERLAP: i64 = 60;

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

    fn keys(&self) -> Vec<InstallationKey> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .keys()
            .cloned()
            .collect()
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

    /// Whether the token of an installation is at hand.
    pub(crate) fn has_token(&self, key: &InstallationKey) -> bool {
        self.hands.tokens.has(key)
    }

    /// Puts a token at hand.
    pub(crate) fn keep_at_hand(&self, key: &InstallationKey, token: &AccessToken) {
        self.hands.tokens.put(key.clone(), token.clone());
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

/// Fetches the tokens of open requests, then those that are new or change, until the house is gone.
pub(crate) async fn keep_at_hand(house: House) {
    let mut changes = house.store.changes();
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looked = None;
    loop {
        tokio::select! {
            _ = looks.tick() => {
                let now = house.clock.now();
                match look(&house, looked).await {
                    Ok(()) => looked = Some(now),
                    Err(error) => {
                        let error = &error as &dyn std::error::Error;
                        tracing::warn!(error, "tokens of open requests are not at hand; presses wait for the database");
                    }
                }
            }
            change = changes.recv() => match change {
                Ok(event) if is_about_tokens(&event.kind) && house.has_token(&event.installation) => {
                    refresh(&house, &event.installation).await;
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => {
                    for key in house.hands.tokens.keys() {
                        refresh(&house, &key).await;
                    }
                }
                Err(RecvError::Closed) => return,
            }
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

/// Fetches what is not at hand: of all open requests at first, later of those that changed.
async fn look(house: &House, looked: Option<Timestamp>) -> Result<(), StoreError> {
    let keys = if let Some(at) = looked {
        house.store.offers_since(at.plus_seconds(-OVERLAP)).await?
    } else {
        for app in house.store.apps().await? {
            house.app(&app.slug).await?;
        }
        house.store.open_offers().await?
    };
    for key in keys {
        if !house.hands.tokens.has(&key) {
            house.fetch_token(&key).await?;
        }
    }
    Ok(())
}
