//! The console: doors, sessions, configuration, command line.
//!
//! [`config`] reads what is set, [`open`] makes a house of it, [`app`] puts the doors before the house,
//! [`serve`] listens, and [`cli`] is the command line over all of that. Only this crate reads the
//! environment and the clock.

pub mod app;
pub mod assets;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod doors;
pub mod error;
pub mod extract;
pub mod layers;
pub mod open;
pub mod serve;
pub mod settings;
pub mod telemetry;

#[cfg(feature = "demo")]
pub mod demo;

#[cfg(test)]
mod tests;
