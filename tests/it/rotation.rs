//! Tokens that end, with real storage and the simulator as Slack: each refresh token is spent once, whoever
//! notices first and whatever happens in between.
//!
//! The clock stands still and is turned by hand; several houses over one database are the replicas.

pub(crate) mod scene;

mod apart;
mod crowd;
mod deaths;
mod exchange;
mod patience;
mod slow;
mod sweep;
mod weather;
