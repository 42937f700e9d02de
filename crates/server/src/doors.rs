//! The doors: Slack's, the REST door that pages and scripts share, and those for operating the console.

pub mod operations;
pub mod pages;
pub mod rest;
pub mod slack;
