//! Lists in pages: `cursor` and `limit` go out, `response_metadata.next_cursor` comes back.

use serde::{Deserialize, Serialize};

use super::Method;
use crate::wire::optional;

/// The part of an answer that says where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseMetadata {
    /// What to send as the next `cursor`; none at the end, which Slack writes as a blank.
    #[serde(default, deserialize_with = "optional", serialize_with = "blank_at_the_end")]
    pub next_cursor: Option<String>,
}

#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
fn blank_at_the_end<S: serde::Serializer>(cursor: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(cursor.as_deref().unwrap_or_default())
}

/// One page of a list. It may hold fewer items than asked for and still not be the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; none after the last.
    pub next_cursor: Option<String>,
}

/// A method that answers in pages.
pub trait Paged: Method + Clone {
    /// What the list holds.
    type Item;

    /// The same call from a cursor on.
    #[must_use]
    fn with_cursor(&self, cursor: String) -> Self;

    /// Takes one answer apart.
    fn page(answer: Self::Answer) -> Page<Self::Item>;
}
