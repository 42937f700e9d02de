//! What the page says and how it counts: plain functions from documents to words, tested on the host.

pub mod asof;
pub mod cell;
pub mod compose;
pub mod grid;
pub mod history;
pub mod names;
pub mod number;
#[cfg(test)]
mod query;
pub mod requests;
pub mod sentence;
pub mod time_words;
pub mod timeline;
pub mod token;
pub mod track;
pub mod workspace;
