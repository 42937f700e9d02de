//! API keys: `gbk_<id>_<secret>`, shown once and kept as the SHA-256 of their secret.
//!
//! A key that was looked up stays in memory for a few seconds, so that a script which asks often does
//! not cost a query each time. Revoking it here forgets it at once, elsewhere within those seconds.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use grantbook_core::{
    Timestamp,
    view::{KeyView, Page, Role},
};
use grantbook_store::{
    StoreError,
    keys::KeyRecord,
    queries::{PageRequest, QueryError},
};
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::House;

pub use grantbook_store::keys::KeyRights;

/// What every key begins with, so that scanners for leaked secrets know one.
const PREFIX: &str = "gbk";
/// How long a key that was looked up is believed, in microseconds.
const BELIEVED: i64 = 5_000_000;
/// How exact `last_used_at` is, in microseconds.
const LAST_USED: i64 = 60_000_000;
/// Keys remembered at most.
const REMEMBERED: usize = 1_000;
/// Longest name, in characters.
const MAX_NAME: usize = 100;

/// A key that was just made.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The key itself, shown once.
    pub key: SecretString,
    /// What is kept of it.
    pub view: KeyView,
}

/// Who shows a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHolder {
    /// The key's public id.
    pub id: String,
    /// What it is for, as whoever made it said.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Whether it may read tokens too.
    pub tokens: bool,
}

/// Why a key cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateKeyError {
    /// Empty, or too long.
    #[error("a key's name has 1 to 100 characters: say what it is for")]
    Name,
    /// Storage failed.
    #[error("could not reach storage")]
    Store(#[from] StoreError),
}

/// A key as it was read last.
#[derive(Clone)]
struct Remembered {
    record: KeyRecord,
    read_at: Timestamp,
}

/// The keys.
#[derive(Clone)]
pub struct Keys {
    house: House,
    remembered: Arc<RwLock<HashMap<String, Remembered>>>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

impl Keys {
    /// The use cases over `house`.
    pub fn new(house: House) -> Self {
        Self {
            house,
            remembered: Arc::default(),
        }
    }

    /// Newest first, revoked ones too, a page at a time.
    pub async fn list(&self, page: &PageRequest) -> Result<Page<KeyView>, QueryError> {
        self.house.store.keys(page).await
    }

    /// Makes one. A role alone means: no tokens.
    pub async fn create(&self, name: &str, rights: impl Into<KeyRights>) -> Result<NewKey, CreateKeyError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME {
            return Err(CreateKeyError::Name);
        }
        let (id, secret) = (self.house.ids.id(), self.house.ids.secret());
        let hash = Sha256::digest(&secret).into();
        let view = self
            .house
            .store
            .insert_key(&id, name, &hash, rights, self.house.clock.now())
            .await?;
        Ok(NewKey {
            key: format!("{PREFIX}_{id}_{secret}").into(),
            view,
        })
    }

    /// Revokes one; false when there is none.
    pub async fn revoke(&self, id: &str) -> Result<bool, StoreError> {
        let revoked = self.house.store.revoke_key(id, self.house.clock.now()).await?;
        self.remembered
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(id);
        Ok(revoked)
    }

    /// Who shows this key; `None` when it is not one of ours, or revoked.
    pub async fn authenticate(&self, key: &str) -> Result<Option<KeyHolder>, StoreError> {
        let Some((id, secret)) = parts(key) else {
            return Ok(None);
        };
        let Some(record) = self.record(id).await? else {
            return Ok(None);
        };
        let right: bool = Sha256::digest(secret).as_slice().ct_eq(&record.secret_hash).into();
        if !right || record.view.revoked_at.is_some() {
            return Ok(None);
        }
        self.note_use(&record.view).await;
        Ok(Some(KeyHolder {
            id: record.view.id,
            name: record.view.name,
            role: record.view.role,
            tokens: record.view.tokens,
        }))
    }

    async fn record(&self, id: &str) -> Result<Option<KeyRecord>, StoreError> {
        let now = self.house.clock.now();
        let known = self
            .remembered
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned();
        if let Some(known) = known.filter(|known| now.micros().saturating_sub(known.read_at.micros()) < BELIEVED) {
            return Ok(Some(known.record));
        }
        let record = self.house.store.key(id).await?;
        if let Some(record) = record.clone() {
            self.remember(record, now);
        }
        Ok(record)
    }

    fn remember(&self, record: KeyRecord, read_at: Timestamp) {
        let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(record.view.id.clone(), Remembered { record, read_at });
    }

    /// Writes the use down once a minute at most; failing at that does not refuse the caller.
    async fn note_use(&self, key: &KeyView) {
        let now = self.house.clock.now();
        if key
            .last_used_at
            .is_some_and(|last| now.micros().saturating_sub(last.micros()) < LAST_USED)
        {
            return;
        }
        let noted_before = Timestamp::from_micros(now.micros().saturating_sub(LAST_USED));
        match self.house.store.touch_key(&key.id, now, noted_before).await {
            Ok(()) => {
                // Only where it still is: a key that was revoked meanwhile must stay forgotten.
                let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
                if let Some(known) = remembered.get_mut(&key.id) {
                    known.record.view.last_used_at = Some(now);
                }
            }
            Err(error) => {
                tracing::warn!(key.id = %key.id, error = &error as &dyn std::error::Error, "a key's last use was not written down");
            }
        }
    }
}

/// Public id and secret.
fn parts(key: &str) -> Option<(&str, &str)> {
    let (id, secret) = key.strip_prefix(PREFIX)?.strip_prefix('_')?.split_once('_')?;
    (!id.is_empty() && !secret.is_empty()).then_some((id, secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_prefix_its_id_and_its_secret() {
        assert_eq!(parts("gbk_01_ab_c"), Some(("01", "ab_c")));
        for text in ["", "gbk", "gbk_", "gbk_01", "gbk_01_", "gbk__ab", "xoxb_01_ab"] {
            assert_eq!(parts(text), None, "{text}");
        }
    }
}
