//! The approval rules: which decide now, and everything that is done to their versions.
//!
//! A text of rules is read whole or refused whole; a version comes into force by one transaction that retires the
//! one before it. Every replica keeps what is in force in memory and drops it at the notice of that transaction.

mod memory;

pub(crate) use memory::RulesMemory;
pub use memory::{InForce, in_force};
