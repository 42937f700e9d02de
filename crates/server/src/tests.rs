//! The doors through the real router, over a database in a temporary folder.

mod coverage;
mod events;
mod harness;
mod headers;
mod installs;
mod keys;
mod lists;
mod sessions;
mod setup;
