//! `StoreError`: what can go wrong between the house and its database.

use sea_orm::DbErr;

use crate::vault::VaultError;

/// Storage failed. The text says nothing secret; the cause is for logs.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not do what was asked.
    #[error("the database could not be used")]
    Database(#[source] DbErr),
    /// Another replica stored one of the same deliveries at the same moment; nothing was written.
    #[error("another replica stored one of the same deliveries at the same moment")]
    Raced,
    /// A row holds what this version cannot read.
    #[error("the data is inconsistent: column {column} of {table}, row {id}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key, never its content.
        id: String,
    },
    /// A secret could not be sealed or opened.
    #[error("a stored secret cannot be used")]
    Sealed(#[from] VaultError),
    /// The writer has stopped: the process is ending.
    #[error("storage is closing")]
    Closed,
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

impl StoreError {
    /// An inconsistent row; `id` is its key.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "keys are numbers and names: by value the calls read best"
    )]
    pub(crate) fn inconsistent(table: &'static str, column: &'static str, id: impl ToString) -> Self {
        Self::Inconsistent {
            table,
            column,
            id: id.to_string(),
        }
    }
}
