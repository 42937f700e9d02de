//! Data keys in the database: table `data_keys`, wrapped by the master key.
//!
//! One key seals at a time: the newest, the only one that is not retired. Row 0 is the key of the MACs, which
//! no rotation of data keys touches. Retired keys stay, so that what they sealed opens for ever.
//!
//! **Who seals holds the key.** A transaction that seals reads the active key under a shared lock first, and
//! a rotation retires that row before it begins to move secrets. So it begins after everybody who still
//! sealed with the old key has committed, and everybody later sees the new one: what a rotation has looked
//! through stays looked through. On SQLite the one writer's lock does the same.

mod change;
pub(crate) mod columns;
mod reseal;
mod rotation;
mod state;
#[cfg(test)]
mod tests;

use grantbook_migrations::has_table;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
    sea_query::{Expr, OnConflict, Query},
};

pub use change::ChangeMasterError;
pub use rotation::{Progress, Rotation};

use crate::{
    Store, StoreError, Vault,
    entity::data_keys::{self, Column, Model},
    vault::{
        MasterId, MasterKey, Place, Ring, VaultError,
        cipher::{self, Key, SealedBy},
    },
};

/// A key that seals.
const DATA: &str = "data";
/// The key of the MACs.
const MAC: &str = "mac";
/// Its row.
const MAC_ROW: i64 = 0;
/// How often the active key is looked for while somebody is replacing it.
const LOOKS: u32 = 5;

/// To be called in the transaction that seals, before it seals: brings the newest data key into the vault and
/// keeps it from being retired until the transaction ends.
pub(crate) async fn before_sealing(db: &impl ConnectionTrait, vault: &Vault) -> Result<(), StoreError> {
    for _ in 0..LOOKS {
        let active = data_keys::Entity::find()
            .filter(Column::Kind.eq(DATA))
            .filter(Column::RetiredAt.is_null())
            .order_by_desc(Column::Id)
            .lock_shared()
            .all(db)
            .await?;
        if let Some(row) = active.first() {
            if !vault.ring().has_data(key_id(row)?) {
                read(db, vault).await?;
            }
            return Ok(());
        }
        // Retired while we waited for its lock, and the next one shows to the next statement; or none yet.
        make_first(db, vault).await?;
    }
    Err(StoreError::inconsistent("data_keys", "retired_at", DATA))
}

/// To be called before opening: reads the keys anew where one of `sealed` names a key that the vault has not
/// seen yet.
pub(crate) async fn before_opening(
    db: &impl ConnectionTrait,
    vault: &Vault,
    sealed: impl IntoIterator<Item = &[u8]>,
) -> Result<(), StoreError> {
    let ring = vault.ring();
    let unseen = |sealed: &[u8]| match SealedBy::of(sealed) {
        Ok(SealedBy::DataKey(id)) => !ring.has_data(id),
        Ok(SealedBy::Master(_)) | Err(_) => false,
    };
    if sealed.into_iter().any(unseen) {
        read(db, vault).await?;
    }
    Ok(())
}

/// Unwraps what is not in the vault yet.
async fn read(db: &impl ConnectionTrait, vault: &Vault) -> Result<(), StoreError> {
    let known = vault.ring();
    let mut ring = Ring::default();
    for row in data_keys::Entity::find().all(db).await? {
        if row.kind == MAC {
            if !known.has_mac() {
                ring.set_mac(unwrap(vault, &row)?);
            }
        } else {
            let id = key_id(&row)?;
            if !known.has_data(id) {
                ring.add_data(id, unwrap(vault, &row)?);
            }
        }
    }
    vault.learn(&ring);
    Ok(())
}

fn unwrap(vault: &Vault, row: &Model) -> Result<Key, VaultError> {
    let wrapped_by = MasterId::from(row.master_id.clone());
    let master = vault.master_of(&wrapped_by).ok_or_else(|| VaultError::OtherMaster {
        wrapped_by,
        present: vault.master().id().clone(),
    })?;
    master.unwrap_key(&place(&row.kind, row.id), &row.wrapped)
}

/// Makes the first data key and the key of the MACs where there is none, once the master key has shown that
/// it is the one under which the database's secrets were sealed before.
async fn make_first(db: &impl ConnectionTrait, vault: &Vault) -> Result<(), StoreError> {
    if data_keys::Entity::find().one(db).await?.is_some() {
        return Ok(());
    }
    if let Some(sealed) = columns::any_sealed(db).await? {
        let present = vault.master().id().clone();
        let opened = vault.open(&sealed.place, &sealed.bytes);
        opened.map_err(|_| VaultError::WrongMaster { present })?;
    }
    for (row, kind) in [(MAC_ROW, MAC), (1, DATA)] {
        insert(db, vault.master(), row, kind, database_clock(db)).await?;
    }
    Ok(())
}

/// Keeps a new key, unless that row is there: then another process was first.
async fn insert(
    db: &impl ConnectionTrait,
    master: &MasterKey,
    row: i64,
    kind: &'static str,
    created_at: Expr,
) -> Result<(), StoreError> {
    let wrapped = master.wrap(&place(kind, row), &cipher::generate())?;
    let columns = [
        Column::Id,
        Column::Kind,
        Column::Wrapped,
        Column::MasterId,
        Column::CreatedAt,
    ];
    let values = [
        row.into(),
        kind.into(),
        wrapped.into(),
        master.id().as_str().into(),
        created_at,
    ];
    let mut insert = Query::insert();
    insert.into_table(data_keys::Entity).columns(columns);
    insert.values_panic(values);
    insert.on_conflict(OnConflict::column(Column::Id).do_nothing().to_owned());
    db.execute(&insert).await?;
    Ok(())
}

/// The moment by the database's own clock: the first keys are made with the schema, where no other is at hand.
fn database_clock(db: &impl ConnectionTrait) -> Expr {
    Expr::cust(match db.get_database_backend() {
        DbBackend::Sqlite => "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
        _ => "CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT)",
    })
}

/// Where a wrapped key belongs.
fn place(kind: &str, row: i64) -> Place {
    Place::new("data_keys", "wrapped", format!("{kind}.{row}"))
}

fn key_id(row: &Model) -> Result<u32, StoreError> {
    u32::try_from(row.id).map_err(|_| StoreError::inconsistent("data_keys", "id", row.id))
}

impl Store {
    /// Reads the keys, where the schema has any; refuses a master key that is not theirs.
    pub(crate) async fn read_keys(&self) -> Result<(), StoreError> {
        if has_table(self.db(), "data_keys").await? {
            read(self.db(), self.vault()).await?;
        }
        Ok(())
    }

    /// Makes the first keys where there are none, and reads them all.
    pub(crate) async fn prepare_keys(&self) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        make_first(&tx, self.vault()).await?;
        tx.commit().await?;
        read(self.db(), self.vault()).await
    }
}
