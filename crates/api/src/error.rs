//! What can go wrong in a call to Slack, without repeating what was sent or answered.

mod code;

use std::time::Duration;

use grantbook_core::Scope;

pub use code::ErrorCode;

/// Why a call gave no answer. Holds no body, no token and no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Slack understood and refused: HTTP 200 with `ok: false`.
    #[error("Slack refused: {code}")]
    Slack {
        /// The refusal's name.
        code: ErrorCode,
        /// With `missing_scope`: the scopes that would have been enough.
        needed: Vec<Scope>,
        /// With `missing_scope`: the scopes that the token has.
        provided: Vec<Scope>,
    },
    /// Slack asks to wait longer than this call was willing to.
    #[error("rate limited, free again in {} s", retry_after.as_secs())]
    RateLimited {
        /// How long from now.
        retry_after: Duration,
    },
    /// An answer with another HTTP status than 200 or 429.
    #[error("Slack answered with HTTP status {status}")]
    Http {
        /// The status.
        status: u16,
    },
    /// HTTP 200, but not JSON: a proxy's page, or Slack's own "something went wrong".
    #[error("the answer is not JSON")]
    NotJson,
    /// JSON of another shape than the method promises.
    #[error("the answer has an unexpected shape: {reason}")]
    Shape {
        /// Which field, without its value.
        reason: String,
    },
    /// The connection ended in the middle of the answer.
    #[error("the answer ended early")]
    Truncated,
    /// The answer is larger than this client reads.
    #[error("the answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// A list did not end within the pages one collection may read.
    #[error("the list did not end within {pages} pages")]
    TooManyPages {
        /// The pages read.
        pages: usize,
    },
    /// No answer at all.
    #[error("no answer from Slack: {0}")]
    Transport(TransportKind),
}

/// How the connection failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportKind {
    /// The request was never sent: no route, no name, no TLS.
    #[error("could not connect")]
    Connect,
    /// The time ran out. Slack may have done what was asked.
    #[error("timed out")]
    Timeout,
    /// The connection closed before the answer began. Slack may have done what was asked.
    #[error("the connection closed")]
    Closed,
    /// The request could not be put together, for example since a token holds a line break.
    #[error("the request cannot be written")]
    Request,
}

impl CallError {
    /// A refusal without scopes.
    pub fn slack(code: ErrorCode) -> Self {
        Self::Slack {
            code,
            needed: Vec::new(),
            provided: Vec::new(),
        }
    }

    /// The refusal's name, when Slack refused.
    pub fn code(&self) -> Option<&ErrorCode> {
        match self {
            Self::Slack { code, .. } => Some(code),
            _ => None,
        }
    }

    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Slack { code, .. } => code.is_transient(),
            Self::Http { status } => *status >= 500,
            Self::Transport(kind) => *kind != TransportKind::Request,
            Self::RateLimited { .. } | Self::NotJson | Self::Truncated => true,
            Self::Shape { .. } | Self::TooLarge { .. } | Self::TooManyPages { .. } => false,
        }
    }

    /// Whether Slack may have carried the call out although no answer says so.
    ///
    /// A single-use code or refresh token must be taken for spent after such an error.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::Slack { code, .. } => code.may_have_happened(),
            Self::Http { status } => *status >= 500,
            Self::Transport(kind) => matches!(kind, TransportKind::Timeout | TransportKind::Closed),
            Self::NotJson | Self::Shape { .. } | Self::Truncated | Self::TooLarge { .. } => true,
            Self::RateLimited { .. } | Self::TooManyPages { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_answer_may_have_happened_and_a_refusal_did_not() {
        assert!(CallError::Truncated.may_have_happened());
        assert!(CallError::Transport(TransportKind::Timeout).may_have_happened());
        assert!(!CallError::Transport(TransportKind::Connect).may_have_happened());
        assert!(!CallError::slack(ErrorCode::InvalidCode).may_have_happened());
        assert!(CallError::slack(ErrorCode::FatalError).may_have_happened());
    }

    #[test]
    fn errors_are_plain_sentences() {
        let error = CallError::RateLimited {
            retry_after: Duration::from_secs(30),
        };
        assert_eq!(error.to_string(), "rate limited, free again in 30 s");
        assert_eq!(
            CallError::slack(ErrorCode::InvalidAuth).to_string(),
            "Slack refused: invalid_auth"
        );
    }
}
