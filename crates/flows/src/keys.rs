//! API keys: `gbk_<id>_<secret>`, shown once and kept as the SHA-256 of their secret.
//!
//! A key that was looked up stays in memory for a few seconds, so that a script which asks often does
//! not cost a query each time. Revoking it is told at once, here and to every other process; where it is not known
//! that such notices arrive, each use is looked up.

use std::{
    fmt,
    sync::{
        Arc, Weak,
        atomic::{AtomicI64, Ordering},
    },
};

use grantbook_core::{
    Timestamp,
    view::{KeyView, Page, Role},
};
use grantbook_store::{
    StoreError,
    keys::KeyRecord,
    notices::{News, Watcher},
    queries::{PageRequest, QueryError},
};
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::{House, memory::Shelf};

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
struct Remembered {
    record: KeyRecord,
    read_at: Timestamp,
    /// The last use that was written down, in microseconds; 0 for none.
    noted: AtomicI64,
}

impl Watcher for Shelf<String, Remembered> {
    fn told(&self, news: News<'_>) {
        match news {
            News::Key(id) => self.forget(&id.to_owned()),
            News::Missed => self.forget_all(),
            News::Installation(_) | News::Rules => {}
        }
    }
}

/// The keys.
#[derive(Clone)]
pub struct Keys {
    house: House,
    remembered: Arc<Shelf<String, Remembered>>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

impl Keys {
    /// The use cases over `house`.
    pub fn new(house: House) -> Self {
        let remembered = Arc::new(Shelf::new(REMEMBERED));
        let watcher: Weak<Shelf<_, _>> = Arc::downgrade(&remembered);
        house.store.watch(watcher);
        Self { house, remembered }
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
        self.house.store.revoke_key(id, self.house.clock.now()).await
    }

    /// Who shows this key; `None` when it is not one of ours, or revoked.
    pub async fn authenticate(&self, key: &str) -> Result<Option<KeyHolder>, StoreError> {
        let Some((id, secret)) = parts(key) else {
            return Ok(None);
        };
        let Some(known) = self.record(id).await? else {
            return Ok(None);
        };
        let KeyRecord { secret_hash, view } = &known.record;
        let right: bool = Sha256::digest(secret).as_slice().ct_eq(secret_hash).into();
        if !right || view.revoked_at.is_some() {
            return Ok(None);
        }
        self.note_use(&known).await;
        Ok(Some(KeyHolder {
            id: view.id.clone(),
            name: view.name.clone(),
            role: view.role,
            tokens: view.tokens,
        }))
    }

    async fn record(&self, id: &str) -> Result<Option<Arc<Remembered>>, StoreError> {
        let now = self.house.clock.now();
        let id = id.to_owned();
        let heard = self.house.store.heard_until().is_some();
        let believed = |known: &Arc<Remembered>| now.micros().saturating_sub(known.read_at.micros()) < BELIEVED;
        if heard && let Some(known) = self.remembered.get(&id).filter(believed) {
            return Ok(Some(known));
        }
        let reading = self.remembered.begin(&id);
        let Some(record) = self.house.store.key(&id).await? else {
            return Ok(None);
        };
        let noted = AtomicI64::new(record.view.last_used_at.map_or(0, Timestamp::micros));
        let known = Arc::new(Remembered {
            record,
            read_at: now,
            noted,
        });
        if heard {
            reading.keep(Arc::clone(&known), 1);
        }
        Ok(Some(known))
    }

    /// Writes the use down once a minute at most; failing at that does not refuse the caller.
    async fn note_use(&self, known: &Remembered) {
        let now = self.house.clock.now();
        let last = known.noted.load(Ordering::Relaxed);
        if now.micros().saturating_sub(last) < LAST_USED {
            return;
        }
        // Of many at once one writes.
        let first = known
            .noted
            .compare_exchange(last, now.micros(), Ordering::Relaxed, Ordering::Relaxed);
        if first.is_err() {
            return;
        }
        let id = &known.record.view.id;
        let noted_before = Timestamp::from_micros(now.micros().saturating_sub(LAST_USED));
        if let Err(error) = self.house.store.touch_key(id, now, noted_before).await {
            known.noted.store(last, Ordering::Relaxed);
            tracing::warn!(key.id = %id, error = &error as &dyn std::error::Error, "a key's last use was not written down");
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
