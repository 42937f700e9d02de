//! Rows as sea-orm sees them; they never leave this crate.

pub(crate) mod api_keys;
pub(crate) mod apps;
pub(crate) mod audit;
pub(crate) mod credentials;
pub(crate) mod data_keys;
pub(crate) mod grants;
pub(crate) mod inbox;
pub(crate) mod install_attempts;
pub(crate) mod installation_scopes;
pub(crate) mod installations;
pub(crate) mod key_rotations;
pub(crate) mod ledger;
pub(crate) mod ledger_scopes;
pub(crate) mod names;
pub(crate) mod outbox;
pub(crate) mod permission_requests;
pub(crate) mod request_scopes;
pub(crate) mod request_steps;
pub(crate) mod sessions;
pub(crate) mod setup;
pub(crate) mod tenants;
pub(crate) mod token_events;
pub(crate) mod trigger_answers;
pub(crate) mod triggers;
pub(crate) mod users;
