//! Truth and drift: what happens at Slack while nobody hears of it is noticed, explained and settled.
//!
//! Slack is the simulator, which does what it is told without an event. The clock stands still and is turned by
//! hand; houses over one database are the replicas.

mod comparing;
mod header;
mod rest;
mod scene;
mod schedule;
mod unused;
