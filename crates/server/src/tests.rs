//! The doors through the real router, over a database in a temporary folder.

mod apps;
mod coverage;
mod encryption;
mod events;
mod fake_slack;
mod harness;
mod headers;
mod hidden;
mod installs;
mod interactions;
mod keys;
mod lists;
mod permission_requests;
mod rules;
mod sessions;
mod setup;
mod tokens;
