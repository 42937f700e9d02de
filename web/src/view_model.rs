//! What the page says and how it counts: plain functions from documents to words, tested on the host.

use std::collections::BTreeSet;

pub mod asof;
pub mod audit;
pub mod cell;
pub mod compose;
pub mod drift;
pub mod fields;
pub mod grid;
pub mod history;
pub mod keys;
pub mod names;
pub mod number;
pub mod org_apps;
#[cfg(test)]
mod query;
pub mod queue;
pub mod reports;
pub mod requests;
pub mod rules;
pub mod sentence;
pub mod time_words;
pub mod timeline;
pub mod token;
pub mod track;
pub mod wizard;
pub mod workspace;

/// The items once each, in order. One by one: the way `collect` takes sorts first, and weighs five
/// kilobytes for each type.
pub fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    for item in items {
        set.insert(item);
    }
    set
}
