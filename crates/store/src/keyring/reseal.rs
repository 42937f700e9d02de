//! Moving secrets to the newest key: read, open and seal again, then write where nothing has changed since.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait as _, Query},
};

use super::columns::{SealedColumn, SealedSecret};
use crate::{
    StoreError, Vault,
    vault::{Place, VaultError},
};

/// A secret, sealed again.
#[derive(Debug)]
pub(super) struct Resealed {
    key: i64,
    /// As it was read.
    old: Vec<u8>,
    new: Vec<u8>,
}

/// Seals again with the newest key. What does not open is left as it is, and named in the log: one spoilt row
/// must not keep all others under the old key.
pub(super) fn reseal(vault: &Vault, secrets: Vec<SealedSecret>) -> Result<Vec<Resealed>, VaultError> {
    let mut again = Vec::with_capacity(secrets.len());
    for secret in secrets {
        match vault.open(&secret.place, &secret.bytes) {
            Ok(opened) => again.push(Resealed {
                key: secret.key,
                new: vault.seal(&secret.place, &opened)?,
                old: secret.bytes,
            }),
            Err(error) => {
                let Place { table, column, row } = &secret.place;
                tracing::warn!(secret.table = table, secret.column = column, secret.row = %row, %error,
                    "a sealed secret does not open and stays as it is");
            }
        }
    }
    Ok(again)
}

/// Writes one back, unless the row has another secret now; answers whether it did.
pub(super) async fn replace(
    db: &impl ConnectionTrait,
    column: SealedColumn,
    id: u32,
    resealed: &Resealed,
) -> Result<bool, StoreError> {
    let mut update = Query::update();
    update
        .table(column.table)
        .value(column.column, resealed.new.clone())
        .and_where(Expr::col(column.key).eq(resealed.key))
        .and_where(Expr::col(column.column).eq(resealed.old.clone()));
    if let Some(key_id) = column.key_id {
        update.value(key_id, i64::from(id));
    }
    Ok(db.execute(&update).await?.rows_affected() == 1)
}
