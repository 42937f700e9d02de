//! Lists as CSV (RFC 4180), sent page by page so that a long one needs no memory.

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

/// Sends all pages that `page` answers, a line per row. The first is read before anything is sent, so that
/// a wrong filter is still a problem document.
pub(super) async fn export<T, P, F, L>(name: &str, header: &[&str], page: P, line: L) -> Result<Response, ApiError>
where
    T: Send + 'static,
    P: Fn(PageRequest) -> F + Send + 'static,
    F: Future<Output = Result<Page<T>, QueryError>> + Send,
    L: Fn(&T) -> Vec<String> + Send + 'static,
{
    let first = page(PageRequest {
        limit: PAGE,
        cursor: None,
    })
    .await?;
    let mut head = String::new();
    push_line(&mut head, header.iter().copied());
    let start = Some((first, head, 0));
    let chunks = stream::try_unfold((start, page, line), async |(current, page, line)| {
        let Some((rows, mut text, mut sent)) = current else {
            return Ok(None);
        };
        for row in rows.items.iter().take(MAX_ROWS - sent) {
            push_line(&mut text, line(row).iter().map(String::as_str));
        }
        sent += rows.items.len();
        let next = match rows.next_cursor.filter(|_| sent < MAX_ROWS) {
            Some(cursor) => {
                let next = page(PageRequest {
                    limit: PAGE,
                    cursor: Some(cursor),
                })
                .await;
                let next = next.inspect_err(|error| tracing::error!(error = chain(error), "an export broke off"))?;
                Some((next, String::new(), sent))
            }
            None => None,
        };
        Ok::<_, QueryError>(Some((Bytes::from(text), (next, page, line))))
    });
    let attachment = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")).map_err(ApiError::internal)?;
    let headers = [(header::CONTENT_TYPE, CSV), (header::CONTENT_DISPOSITION, attachment)];
    Ok((headers, Body::from_stream(chunks)).into_response())
}

/// A cell: the value, or nothing.
pub(super) fn text(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

fn push_line<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        push_cell(text, cell);
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
