//! Everything that can go wrong between a press and its grant: each error and warning of the Permissions
//! API, answers that are none, and bad input at the doors.
//!
//! `cargo test -p grantbook-tests --test it request_errors -- --nocapture` prints the table.

mod between;
mod doors;
mod events;
mod letters;
mod looking;
mod rows;
mod stage;
mod table;
mod weather;
