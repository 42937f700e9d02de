//! `ApiError`: what a door answers when it cannot do what was asked, as RFC 9457 has it.
//!
//! The caller gets a stable code and a sentence, the log gets the chain of causes, once. Each flow's
//! error becomes one of these by an exhaustive match next to the handler that calls the flow.

use std::{borrow::Cow, error::Error, fmt::Write as _};

use axum::response::{IntoResponse, Response};
use grantbook_core::view::{Problem, approvals::RulesFileError};
use http::{HeaderValue, StatusCode, header};

/// The media type of a problem document, RFC 9457 section 3.
pub const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A problem on its way to the caller.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: Cow<'static, str>,
    detail: String,
    retry_after: Option<u64>,
    install_url: Option<String>,
    rules: Option<Box<RulesFileError>>,
}

impl ApiError {
    /// The caller's mistake; `detail` is shown to them as a sentence.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand over an error or a text and are done with it"
    )]
    pub fn client(status: StatusCode, code: impl Into<Cow<'static, str>>, detail: impl ToString) -> Self {
        Self {
            status,
            code: code.into(),
            detail: sentence(detail.to_string()),
            retry_after: None,
            install_url: None,
            rules: None,
        }
    }

    /// Our mistake: the causes go to the log, the caller learns only that it happened.
    pub fn internal(error: impl Error) -> Self {
        tracing::error!(error = chain(&error), "a request failed");
        Self::client(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "Something went wrong here. It has been logged; try again later.",
        )
    }

    /// Nothing is here, or nothing that the caller may know of.
    pub fn not_found(code: &'static str, detail: impl ToString) -> Self {
        Self::client(StatusCode::NOT_FOUND, code, detail)
    }

    /// Asks the caller to wait for so many seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Says where installing the app again mends it.
    #[must_use]
    pub fn install_url(mut self, url: impl Into<String>) -> Self {
        self.install_url = Some(url.into());
        self
    }

    /// Says what is wrong with rules, and where.
    #[must_use]
    pub fn rules(mut self, wrong: Box<RulesFileError>) -> Self {
        self.rules = Some(wrong);
        self
    }

    /// The document that is sent.
    pub fn problem(&self) -> Problem {
        Problem {
            kind: "about:blank".to_owned(),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            code: self.code.clone().into_owned(),
            detail: self.detail.clone(),
            install_url: self.install_url.clone(),
            rules: self.rules.clone(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.problem()).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// Errors are written to stand after a colon; alone they begin with a capital letter and end with a full stop.
/// A first word that may be a name is left as it is.
pub(crate) fn sentence(mut text: String) -> String {
    let first = text.split(' ').next().unwrap_or_default();
    if text.len() > first.len() && first.bytes().all(|byte| byte.is_ascii_lowercase()) {
        text[..1].make_ascii_uppercase();
    }
    if text.ends_with(|last: char| last.is_alphanumeric()) {
        text.push('.');
    }
    text
}

/// An error with all that caused it, on one line, for logs.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let _ = write!(text, ": {cause}");
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] std::fmt::Error);

    #[test]
    fn an_internal_error_tells_the_caller_nothing_and_the_log_everything() {
        let error = Outer(std::fmt::Error);
        assert!(
            chain(&error).starts_with("outer: an error occurred"),
            "{}",
            chain(&error)
        );
        let problem = ApiError::internal(error).problem();
        assert_eq!((problem.status, problem.code.as_str()), (500, "internal_error"));
        assert!(!problem.detail.contains("outer"));
    }

    #[test]
    fn details_are_sentences() {
        for (text, sentence) in [
            ("a name is taken", "A name is taken."),
            (
                "insectoid.T061EG9R6 is not installed",
                "insectoid.T061EG9R6 is not installed.",
            ),
            ("Try again.", "Try again."),
            ("", ""),
        ] {
            assert_eq!(super::sentence(text.to_owned()), sentence);
        }
    }

    #[test]
    fn a_problem_has_its_media_type_and_says_when_to_come_back() {
        let response = ApiError::client(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", "Wait.")
            .retry_after(7)
            .into_response();
        assert_eq!(response.headers()[header::CONTENT_TYPE], PROBLEM_JSON);
        assert_eq!(response.headers()[header::RETRY_AFTER], "7");
    }
}
