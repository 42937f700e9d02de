//! `limit` and `cursor`, which every list takes.

use grantbook_store::queries::{PageRequest, QueryError};
use http::StatusCode;
use serde::Deserialize;

use crate::error::ApiError;

/// Rows of a page when nobody says.
const DEFAULT: u64 = 50;
/// Rows of a page at most.
const MOST: u64 = 200;

/// Which page.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// Rows wanted, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200, default = 50)]
    #[serde(default, deserialize_with = "super::params::blank")]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    #[serde(default, deserialize_with = "super::params::blank")]
    cursor: Option<String>,
}

impl Paging {
    /// Checks the limit; the cursor is read by the query it belongs to.
    pub(super) fn request(self) -> Result<PageRequest, ApiError> {
        let limit = self.limit.unwrap_or(DEFAULT);
        if !(1..=MOST).contains(&limit) {
            return Err(ApiError::client(
                StatusCode::BAD_REQUEST,
                "invalid_limit",
                format!("A page has 1 to {MOST} rows."),
            ));
        }
        Ok(PageRequest {
            limit,
            cursor: self.cursor,
        })
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Cursor(_) => Self::client(
                StatusCode::BAD_REQUEST,
                "invalid_cursor",
                "This cursor does not belong to this list with this order. Start again without one.",
            ),
            QueryError::Store(error) => Self::internal(error),
        }
    }
}
