//! `approvals`: the queue of an organization's app requests, from arrival to the answer that Slack's own lists show.
//!
//! A request comes by event or by reading Slack's list, and is kept once. The rules are asked once; what they leave
//! to people waits. A decision, the call that it needs at Slack and its line in the audit log are one transaction.

mod desk;
pub mod rules;

pub use desk::{Actor, AtTheEnd, Desk, Settings};
