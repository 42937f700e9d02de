//! The use cases, a file each: what the console does, told once, for every door that asks.
//!
//! A flow takes the [`House`] (store, Slack, clock, randomness) and knows neither HTTP nor SQL. To add
//! one: a file here with a struct over `House`, an error enum whose sentences people can read, and a
//! method per action; the doors turn both into answers.

pub mod accounts;
pub mod approvals;
pub mod apps;
pub mod audit;
pub mod broker;
pub mod browse;
pub mod clock;
pub mod commands;
pub mod drift;
mod effects;
mod failure;
mod house;
pub mod ingest;
pub mod install;
pub mod jobs;
pub mod keys;
mod memory;
pub mod names;
pub mod outbox;
pub mod progressive;
pub mod proxy;
pub mod reconcile;
pub mod requests;
pub mod revoke;
pub mod rotation;
mod seals;
pub mod sockets;
mod translate;
pub mod uninstall;

pub use house::{Addresses, House};
