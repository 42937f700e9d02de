//! Persistence: repositories over sea-orm, the group-committing inbox, the ledger, sealed secrets.
//!
//! One file per aggregate. Its functions take `&impl ConnectionTrait`, so that they run on the pool or
//! inside a transaction, and stay in this crate; [`Store`] offers them to the flows, which never name
//! sea-orm. Lookups answer `Option`, time is an argument, entities stay inside.
//! One implementation serves SQLite and PostgreSQL.

mod entity;
mod error;
pub mod inbox;
pub mod ledger;
pub mod projection;
mod store;
pub mod tenants;
pub mod vault;

pub use error::StoreError;
pub use store::{Options, Store, Synchronous};
pub use vault::Vault;
