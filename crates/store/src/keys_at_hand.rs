//! Which installation the number of a row stands for. Neither ever changes and no row is ever deleted, so that each
//! is read once.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use grantbook_core::InstallationKey;

use crate::{Store, StoreError, queries::frame::Frame};

/// Installations by their rows, as far as anybody asked.
#[derive(Debug, Default)]
pub(crate) struct KeysAtHand(RwLock<HashMap<i64, InstallationKey>>);

impl KeysAtHand {
    fn known(&self, rows: &[i64]) -> HashMap<i64, InstallationKey> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let find = |row: &i64| Some((*row, known.get(row)?.clone()));
        rows.iter().filter_map(find).collect()
    }
}

impl Store {
    /// The installations of these committed rows.
    pub(crate) async fn keys_of(
        &self,
        rows: impl IntoIterator<Item = i64> + Send,
    ) -> Result<HashMap<i64, InstallationKey>, StoreError> {
        let rows: Vec<i64> = rows.into_iter().collect();
        let mut known = self.keys_at_hand().known(&rows);
        let missing: Vec<i64> = rows.into_iter().filter(|row| !known.contains_key(row)).collect();
        if missing.is_empty() {
            return Ok(known);
        }
        let frame = Frame::of_rows(self.db(), missing.iter().copied()).await?;
        for row in missing {
            known.insert(row, frame.key(row)?.clone());
        }
        let mut kept = self.keys_at_hand().0.write().unwrap_or_else(PoisonError::into_inner);
        kept.extend(known.iter().map(|(row, key)| (*row, key.clone())));
        Ok(known)
    }
}

/// The installation of a row that [`Store::keys_of`] was asked for.
pub(crate) fn key(keys: &HashMap<i64, InstallationKey>, row: i64) -> Result<InstallationKey, StoreError> {
    let found = keys.get(&row).cloned();
    found.ok_or_else(|| StoreError::inconsistent("installations", "id", row))
}
