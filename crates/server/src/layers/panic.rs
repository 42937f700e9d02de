//! A panic in a handler costs one request, not the server.

use std::any::Any;

use axum::response::{IntoResponse as _, Response};

use crate::error::ApiError;

/// A request's code panicked; what it said stands in the log.
#[derive(Debug, thiserror::Error)]
#[error("a handler panicked: {0}")]
struct Panicked(String);

/// What the caller gets.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands the payload over")]
pub fn answer(payload: Box<dyn Any + Send + 'static>) -> Response {
    let said = payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "without a message".to_owned());
    ApiError::internal(Panicked(said)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_problem_that_repeats_nothing() {
        let response = answer(Box::new("secret"));
        assert_eq!(response.status(), 500);
        assert_eq!(
            response.headers()[http::header::CONTENT_TYPE],
            crate::error::PROBLEM_JSON
        );
    }
}
