//! Lists as CSV (RFC 4180), sent page by page so that a long one needs no memory.

use std::future::ready;

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;
use grantbook_core::view::Page;
use grantbook_store::queries::{PageRequest, QueryError};
use http::{HeaderValue, header};

use crate::error::{ApiError, chain};

/// Rows read at once.
const PAGE: u64 = 1_000;
/// Rows of one export at most.
const MAX_ROWS: usize = 100_000;
const CSV: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8; header=present");

/// A column: its name, and what stands in it.
type Column<T> = (&'static str, fn(&T) -> String);

/// A file: how it is named, and its columns.
#[derive(Debug)]
pub(super) struct Table<'a, T: 'static> {
    pub(super) name: &'a str,
    pub(super) columns: &'static [Column<T>],
}

impl<T: Send + 'static> Table<'_, T> {
    /// Sends all pages that `page` answers of what is `asked`, a line per row. The first is read before anything is
    /// sent, so that a wrong filter is still a problem document.
    pub(super) async fn pages<A, P, F>(self, asked: A, page: P) -> Result<Response, ApiError>
    where
        A: Clone + Send + 'static,
        P: Fn(A, PageRequest) -> F + Send + 'static,
        F: Future<Output = Result<Page<T>, QueryError>> + Send,
    {
        let columns = self.columns;
        let first = page(asked.clone(), after(None)).await?;
        let mut head = String::new();
        push_line(&mut head, columns.iter().map(|(name, _)| *name));
        let start = (Some((first, head, 0)), asked, page);
        let chunks = stream::try_unfold(start, async |(current, asked, page)| {
            let Some((rows, mut text, mut sent)) = current else {
                return Ok(None);
            };
            for row in rows.items.iter().take(MAX_ROWS - sent) {
                push_line(&mut text, columns.iter().map(|(_, cell)| cell(row)));
            }
            sent += rows.items.len();
            let next = match rows.next_cursor.filter(|_| sent < MAX_ROWS) {
                Some(cursor) => {
                    let next = page(asked.clone(), after(Some(cursor))).await;
                    let next =
                        next.inspect_err(|error| tracing::error!(error = chain(error), "an export broke off"))?;
                    Some((next, String::new(), sent))
                }
                None => None,
            };
            Ok::<_, QueryError>(Some((Bytes::from(text), (next, asked, page))))
        });
        let attachment = format!("attachment; filename=\"{}\"", self.name);
        let attachment = HeaderValue::try_from(attachment).map_err(ApiError::internal)?;
        let headers = [(header::CONTENT_TYPE, CSV), (header::CONTENT_DISPOSITION, attachment)];
        Ok((headers, Body::from_stream(chunks)).into_response())
    }

    /// Sends rows that are all at hand.
    pub(super) async fn rows(self, rows: Vec<T>) -> Result<Response, ApiError>
    where
        T: Clone,
    {
        let whole = |items, _| {
            ready(Ok(Page {
                items,
                next_cursor: None,
            }))
        };
        self.pages(rows, whole).await
    }
}

/// As many rows as are read at once, after a cursor.
const fn after(cursor: Option<String>) -> PageRequest {
    PageRequest { limit: PAGE, cursor }
}

/// A cell: the values with blanks between.
pub(super) fn listed(values: impl IntoIterator<Item = impl ToString>) -> String {
    let texts: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    texts.join(" ")
}

/// A cell: the value, or nothing.
pub(super) fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn push_line(text: &mut String, cells: impl Iterator<Item = impl AsRef<str>>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        push_cell(text, cell.as_ref());
    }
    text.push_str("\r\n");
}

/// Quotes where needed. A cell that a spreadsheet would take for a formula gets an apostrophe before it.
fn push_cell(text: &mut String, cell: &str) {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if !formula && !cell.contains([',', '"', '\n', '\r']) {
        text.push_str(cell);
        return;
    }
    text.push('"');
    if formula {
        text.push('\'');
    }
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_defused() {
        let mut text = String::new();
        push_line(&mut text, ["plain", "a,b", "say \"x\"", "=1+1", ""].into_iter());
        assert_eq!(text, "plain,\"a,b\",\"say \"\"x\"\"\",\"'=1+1\",\r\n");
    }
}
