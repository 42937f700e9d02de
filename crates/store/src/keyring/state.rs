//! How the keys stand: which there are, how many secrets are under each, and what is under way.

use std::collections::BTreeMap;

use grantbook_core::{
    Timestamp,
    view::encryption::{DataKeyView, EncryptionView, KeyRotationView},
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    sea_query::{Expr, Func, Query},
};

use super::{DATA, columns::SEALED, key_id};
use crate::{
    Store, StoreError,
    entity::{
        data_keys::{self, Column},
        key_rotations,
    },
    vault::cipher::SealedBy,
};

impl Store {
    /// How the keys stand. Looks at every secret's first bytes.
    pub async fn key_state(&self) -> Result<EncryptionView, StoreError> {
        let mut counts = self.secrets_by_key().await?;
        let rows = data_keys::Entity::find()
            .filter(Column::Kind.eq(DATA))
            .order_by_asc(Column::Id)
            .all(self.db())
            .await?;
        let keys = rows
            .into_iter()
            .map(|row| {
                let id = key_id(&row)?;
                Ok(DataKeyView {
                    id,
                    master: row.master_id,
                    created_at: Timestamp::from_micros(row.created_at),
                    retired_at: row.retired_at.map(Timestamp::from_micros),
                    unused_since: row.unused_since.map(Timestamp::from_micros),
                    secrets: counts.remove(&Some(id)).unwrap_or(0),
                })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(EncryptionView {
            master: self.vault().master().id().to_string(),
            keys,
            under_master: counts.remove(&None).unwrap_or(0),
            rotation: self.newest_rotation().await?,
        })
    }

    /// By data key; `None` for the master key itself.
    async fn secrets_by_key(&self) -> Result<BTreeMap<Option<u32>, u64>, StoreError> {
        let mut counts = BTreeMap::new();
        for column in SEALED {
            let mut grouped = Query::select();
            grouped
                .expr_as(column.prefix(), "prefix")
                .expr_as(Func::count(Expr::col(column.column)), "count")
                .from(column.table)
                .add_group_by([column.prefix()]);
            for row in self.db().query_all(&grouped).await? {
                let Some(prefix) = row.try_get::<Option<Vec<u8>>>("", "prefix")? else {
                    continue;
                };
                let count: i64 = row.try_get("", "count")?;
                let under = match SealedBy::of(&prefix)? {
                    SealedBy::Master(_) => None,
                    SealedBy::DataKey(id) => Some(id),
                };
                *counts.entry(under).or_insert(0) += count.unsigned_abs();
            }
        }
        Ok(counts)
    }

    /// The newest rotation, ended or not.
    pub async fn newest_rotation(&self) -> Result<Option<KeyRotationView>, StoreError> {
        let newest = key_rotations::Entity::find().order_by_desc(key_rotations::Column::Id);
        let Some(row) = newest.one(self.db()).await? else {
            return Ok(None);
        };
        Ok(Some(KeyRotationView {
            key: u32::try_from(row.id).map_err(|_| StoreError::inconsistent("key_rotations", "id", row.id))?,
            started_at: Timestamp::from_micros(row.started_at),
            finished_at: row.finished_at.map(Timestamp::from_micros),
            done: row.done.unsigned_abs(),
            total: row.total.unsigned_abs(),
        }))
    }
}
