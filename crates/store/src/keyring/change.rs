//! Another master key: the data keys are wrapped anew, the secrets stay as they are.

use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _, QueryOrder as _, QuerySelect as _};

use super::{columns, place, unwrap};
use crate::{
    Store, StoreError,
    entity::data_keys::{self, Column},
    vault::{MasterKey, VaultError, cipher::SealedBy},
};

/// Why the master key cannot be changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeMasterError {
    /// What was sealed before there were data keys would be lost with the old master key.
    #[error("{0} secrets are still sealed with the master key itself: rotate the data keys first")]
    Secrets(i64),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<VaultError> for ChangeMasterError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Wraps all data keys by `new`, in one transaction; answers how many. Doing it again changes nothing.
    /// Processes that run keep the keys they have unwrapped.
    pub async fn change_master(&self, new: &MasterKey) -> Result<usize, ChangeMasterError> {
        let tx = self.begin().await?;
        let rows = data_keys::Entity::find()
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .all(&tx)
            .await
            .map_err(StoreError::from)?;
        let left = columns::count_older(&tx, SealedBy::DataKey(0)).await?;
        if left > 0 {
            return Err(ChangeMasterError::Secrets(left));
        }
        let mut wrapped = 0;
        for row in rows {
            if row.master_id == new.id().as_str() {
                continue;
            }
            let key = unwrap(self.vault(), &row)?;
            let anew = new.wrap(&place(&row.kind, row.id), &key)?;
            let mut changed = data_keys::ActiveModel::from(row);
            changed.wrapped = Set(anew);
            changed.master_id = Set(new.id().as_str().to_owned());
            changed.update(&tx).await.map_err(StoreError::from)?;
            wrapped += 1;
        }
        tx.commit().await.map_err(StoreError::from)?;
        Ok(wrapped)
    }
}
