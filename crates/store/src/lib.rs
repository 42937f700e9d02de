//! Persistence: repositories over sea-orm, the group-committing inbox, the ledger, sealed secrets.
//!
//! One file per aggregate. Its functions take `&impl ConnectionTrait`, so that they run on the pool or
//! inside a transaction, and stay in this crate; [`Store`] offers them to the flows, which never name
//! sea-orm. Lookups answer `Option`, time is an argument, entities stay inside.
//! One implementation serves SQLite and PostgreSQL.

pub mod accounts;
pub mod approvals;
pub mod apps;
pub mod attempts;
pub mod audit;
pub mod drift;
pub mod effects;
mod entity;
mod error;
pub mod inbox;
pub mod installations;
pub mod keyring;
pub mod keys;
mod keys_at_hand;
pub mod ledger;
pub mod maintenance;
pub mod names;
pub mod notices;
pub mod outbox;
pub mod projection;
pub mod queries;
pub mod recording;
pub mod requests;
pub mod sessions;
pub mod sockets;
pub mod standing;
mod store;
pub mod tenants;
pub mod token_events;
pub mod tokens;
pub mod vault;
mod words;

pub use error::StoreError;
pub use store::{Options, Store, Synchronous};
pub use vault::Vault;
