//! The doors through the real router, over a database in a temporary folder.

mod coverage;
mod events;
mod harness;
mod headers;
mod installs;
mod interactions;
mod keys;
mod lists;
mod permission_requests;
mod sessions;
mod setup;
