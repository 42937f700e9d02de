//! Cursors: where a page ended, as base64url of JSON, valid for the list that gave it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use grantbook_core::view::Page;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The cursor is not one of ours, or of another list or order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not of this list: start again without it")]
pub struct CursorError;

/// Which page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// Rows at most; 0 counts as 1.
    pub limit: u64,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Cursor<T> {
    /// The list and its order.
    l: String,
    /// The key of the last row shown.
    k: T,
}

/// Rows of one page, and where the next begins.
pub(crate) struct Cut<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) next_cursor: Option<String>,
}

impl PageRequest {
    /// The first page.
    pub fn first(limit: u64) -> Self {
        Self { limit, cursor: None }
    }

    /// The page after this one, if there is one.
    #[must_use]
    pub fn next<T>(&self, page: &Page<T>) -> Option<Self> {
        Some(Self {
            limit: self.limit,
            cursor: Some(page.next_cursor.clone()?),
        })
    }

    /// The key after which the page begins; `None` for the first page.
    pub(crate) fn after<T: DeserializeOwned>(&self, list: &str) -> Result<Option<T>, CursorError> {
        let Some(text) = &self.cursor else { return Ok(None) };
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let cursor: Cursor<T> = serde_json::from_slice(&json).map_err(|_| CursorError)?;
        if cursor.l == list {
            Ok(Some(cursor.k))
        } else {
            Err(CursorError)
        }
    }

    /// One more than is shown, to learn whether there is a next page.
    pub(crate) fn limit_and_one(&self) -> u64 {
        self.limit.clamp(1, 100_000) + 1
    }

    /// Takes the extra row off again and says where the next page begins.
    pub(crate) fn cut<T, K: Serialize>(&self, list: &str, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> Cut<T> {
        let limit = usize::try_from(self.limit_and_one() - 1).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let ended_at = rows.last().filter(|_| more);
        let next_cursor = ended_at.and_then(|row| {
            let json = serde_json::to_vec(&Cursor {
                l: list.to_owned(),
                k: key(row),
            })
            .ok()?;
            Some(URL_SAFE_NO_PAD.encode(json))
        });
        Cut { rows, next_cursor }
    }
}

/// A page without rows.
pub(crate) fn empty<T>() -> Page<T> {
    Page {
        items: Vec::new(),
        next_cursor: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(cursor: &str) -> PageRequest {
        PageRequest {
            limit: 2,
            cursor: Some(cursor.to_owned()),
        }
    }

    #[test]
    fn a_page_begins_where_the_one_before_it_ended() {
        let first = PageRequest::first(2);
        let cut = first.cut("n", vec![1, 2, 3], |row| *row);
        assert_eq!(cut.rows, [1, 2]);
        let cursor = cut.next_cursor.unwrap();
        assert_eq!(page(&cursor).after::<i32>("n"), Ok(Some(2)));
        assert!(page(&cursor).cut("n", vec![3, 4], |row| *row).next_cursor.is_none());
    }

    #[test]
    fn a_cursor_of_another_list_or_of_nobody_is_refused() {
        let cursor = PageRequest::first(1)
            .cut("n", vec![1, 2], |row| *row)
            .next_cursor
            .unwrap();
        assert_eq!(page(&cursor).after::<i32>("m"), Err(CursorError));
        assert_eq!(page(&cursor).after::<(i32, String)>("n"), Err(CursorError));
        for nonsense in ["", "!", "bm9uc2Vuc2U", "\u{2026}"] {
            assert_eq!(page(nonsense).after::<i32>("n"), Err(CursorError), "{nonsense:?}");
        }
    }

    #[test]
    fn no_limit_is_too_small_to_go_on() {
        assert_eq!(PageRequest::default().cut("n", vec![1, 2], |row| *row).rows, [1]);
    }
}
