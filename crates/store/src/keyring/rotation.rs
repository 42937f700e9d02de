//! A new data key, and the way of every secret to it: in steps, each one transaction, while readers and
//! writers go on. What was done shows in the secrets themselves, so that a killed rotation is taken up by the
//! next from wherever it stood.

use grantbook_core::Timestamp;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::Expr,
};

use super::{
    DATA, MAC_ROW, before_opening,
    columns::{self, SEALED, SealedColumn},
    insert, read,
    reseal::{self, Resealed},
};
use crate::{
    Store, StoreError,
    entity::{
        data_keys::{self, Column},
        key_rotations,
    },
    vault::{MasterId, VaultError, cipher::SealedBy},
};

/// How far a rotation is. `done` never falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The data key that seals from now on.
    pub key: u32,
    /// Secrets under it.
    pub done: u64,
    /// Secrets that there were under others at the beginning.
    pub total: u64,
    /// Secrets that do not open, seen since the rotation last began at the first one.
    pub unreadable: u64,
    /// Whether nothing is left to do.
    pub finished: bool,
}

/// A rotation under way.
#[derive(Debug)]
pub struct Rotation {
    store: Store,
    progress: Progress,
    resumed: bool,
    /// Place in [`SEALED`], and the row after which to go on.
    column: usize,
    after: i64,
}

/// Secrets of one column, sealed again and still to be written back.
#[derive(Debug)]
pub(super) struct Page {
    column: SealedColumn,
    resealed: Vec<Resealed>,
    unreadable: u64,
    /// The last row looked at.
    last: i64,
}

impl Store {
    /// Brings a new data key and begins to move all secrets to it; or takes up the rotation that is under way.
    pub async fn rotate_keys(&self, now: Timestamp) -> Result<Rotation, StoreError> {
        let tx = self.begin().await?;
        // The row that never changes hands: two that begin at once do it in turn.
        let locked = data_keys::Entity::find_by_id(MAC_ROW).lock_exclusive().one(&tx).await?;
        locked.ok_or_else(|| StoreError::inconsistent("data_keys", "id", MAC_ROW))?;
        let (row, resumed) = match unfinished(&tx).await? {
            Some(row) => (row, true),
            None => (begin(&tx, self, now).await?, false),
        };
        tx.commit().await?;
        read(self.db(), self.vault()).await?;
        let key = u32::try_from(row.id).map_err(|_| StoreError::inconsistent("key_rotations", "id", row.id))?;
        let left = columns::count_older(self.db(), SealedBy::DataKey(key)).await?;
        let progress = Progress {
            key,
            done: row.done.max(row.total - left).unsigned_abs(),
            total: row.total.unsigned_abs(),
            unreadable: 0,
            finished: false,
        };
        Ok(Rotation {
            store: self.clone(),
            progress,
            resumed,
            column: 0,
            after: i64::MIN,
        })
    }
}

async fn unfinished(db: &impl ConnectionTrait) -> Result<Option<key_rotations::Model>, StoreError> {
    let open = key_rotations::Entity::find()
        .filter(key_rotations::Column::FinishedAt.is_null())
        .order_by_desc(key_rotations::Column::Id);
    Ok(open.one(db).await?)
}

async fn begin(db: &impl ConnectionTrait, store: &Store, now: Timestamp) -> Result<key_rotations::Model, StoreError> {
    // Waits until nobody holds the old key any more, and keeps it from being taken again.
    data_keys::Entity::update_many()
        .col_expr(Column::RetiredAt, Expr::value(now.micros()))
        .filter(Column::Kind.eq(DATA))
        .filter(Column::RetiredAt.is_null())
        .exec(db)
        .await?;
    let newest = data_keys::Entity::find().order_by_desc(Column::Id).one(db).await?;
    let newest = newest.ok_or_else(|| StoreError::inconsistent("data_keys", "id", MAC_ROW))?;
    // By the master that wraps the others: while masters change, that may be the second one.
    let wrapped_by = MasterId::from(newest.master_id);
    let master = store.vault().master_of(&wrapped_by);
    let master = master.ok_or_else(|| VaultError::OtherMaster {
        wrapped_by,
        present: store.vault().master().id().clone(),
    })?;
    let id = newest.id + 1;
    insert(db, master, id, DATA, now.micros().into()).await?;
    let key = u32::try_from(id).map_err(|_| StoreError::inconsistent("data_keys", "id", id))?;
    let row = key_rotations::Model {
        id,
        started_at: now.micros(),
        finished_at: None,
        done: 0,
        total: columns::count_older(db, SealedBy::DataKey(key)).await?,
    };
    key_rotations::Entity::insert(key_rotations::ActiveModel::from(row.clone()))
        .exec_without_returning(db)
        .await?;
    Ok(row)
}

impl Rotation {
    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// Whether it was begun by a process that did not finish it.
    pub fn resumed(&self) -> bool {
        self.resumed
    }

    /// Moves up to `limit` secrets, in one transaction, or ends the rotation; answers how far it is.
    /// `now` counts only for the end.
    pub async fn step(&mut self, limit: u64, now: Timestamp) -> Result<Progress, StoreError> {
        while !self.progress.finished {
            if let Some(page) = self.look(limit).await? {
                self.write(page).await?;
                break;
            }
            self.end_or_look_again(now).await?;
        }
        Ok(self.progress)
    }

    /// The next secrets that are under older keys, sealed again; `None` when all columns are looked through.
    pub(super) async fn look(&mut self, limit: u64) -> Result<Option<Page>, StoreError> {
        let store = &self.store;
        let newest = SealedBy::DataKey(self.progress.key);
        while let Some(column) = SEALED.get(self.column) {
            let page = column.page(store.db(), newest, self.after, limit.max(1)).await?;
            if let Some(last) = page.last().map(|secret| secret.key) {
                before_opening(store.db(), store.vault(), page.iter().map(|secret| &*secret.bytes)).await?;
                let looked_at = page.len();
                let resealed = reseal::reseal(store.vault(), page)?;
                return Ok(Some(Page {
                    column: *column,
                    unreadable: (looked_at - resealed.len()) as u64,
                    resealed,
                    last,
                }));
            }
            (self.column, self.after) = (self.column + 1, i64::MIN);
        }
        Ok(None)
    }

    /// Writes back what has not changed since it was looked at. What has is under the new key by that change.
    pub(super) async fn write(&mut self, page: Page) -> Result<(), StoreError> {
        let done = self.progress.done + page.resealed.len() as u64;
        let done = done.min(self.progress.total);
        let tx = self.store.begin().await?;
        for secret in &page.resealed {
            reseal::replace(&tx, page.column, self.progress.key, secret).await?;
        }
        note(&tx, self.progress.key, done).await?;
        tx.commit().await?;
        self.after = page.last;
        self.progress.done = done;
        self.progress.unreadable += page.unreadable;
        Ok(())
    }

    async fn end_or_look_again(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let Progress {
            key, total, unreadable, ..
        } = self.progress;
        let tx = self.store.begin().await?;
        let left = columns::count_older(&tx, SealedBy::DataKey(key)).await?.unsigned_abs();
        if left > unreadable {
            (self.column, self.after) = (0, i64::MIN);
            self.progress.unreadable = 0;
            return Ok(tx.rollback().await?);
        }
        let done = total.saturating_sub(left).max(self.progress.done);
        note(&tx, key, done).await?;
        key_rotations::Entity::update_many()
            .col_expr(key_rotations::Column::FinishedAt, Expr::value(now.micros()))
            .filter(key_rotations::Column::Id.lte(key))
            .filter(key_rotations::Column::FinishedAt.is_null())
            .exec(&tx)
            .await?;
        if left == 0 {
            data_keys::Entity::update_many()
                .col_expr(Column::UnusedSince, Expr::value(now.micros()))
                .filter(Column::Kind.eq(DATA))
                .filter(Column::Id.lt(key))
                .filter(Column::UnusedSince.is_null())
                .exec(&tx)
                .await?;
        }
        tx.commit().await?;
        self.progress.done = done;
        self.progress.finished = true;
        Ok(())
    }
}

/// Another process may have taken up the same rotation and be further.
async fn note(db: &impl ConnectionTrait, key: u32, done: u64) -> Result<(), StoreError> {
    let done = i64::try_from(done).unwrap_or(i64::MAX);
    key_rotations::Entity::update_many()
        .col_expr(key_rotations::Column::Done, Expr::value(done))
        .filter(key_rotations::Column::Id.eq(key))
        .filter(key_rotations::Column::Done.lt(done))
        .exec(db)
        .await?;
    Ok(())
}
