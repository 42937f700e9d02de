//! Lists and single documents for the REST door, as `core::view` has them.
//!
//! Every list is paged by key on an index: a page costs the same wherever it is. Filters that match few
//! rows are looked up first and sorted; those that match many are tested while walking the index.

pub mod app_alarms;
pub mod app_requests;
mod approval_reports;
pub mod cursor;
pub mod drift;
pub mod entries;
pub(crate) mod frame;
pub mod history;
pub mod installations;
mod installs;
pub(crate) mod matching;
pub mod org_apps;
pub mod requests;
pub mod strays;
pub(crate) mod tokens;
pub mod unused;
pub mod workspaces;

pub use cursor::{CursorError, PageRequest};

use crate::StoreError;

/// Why a list cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The cursor is not one of ours, or of another list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sea_orm::DbErr> for QueryError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

/// Upwards or downwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Smallest or oldest first.
    Ascending,
    /// Largest or newest first.
    #[default]
    Descending,
}
