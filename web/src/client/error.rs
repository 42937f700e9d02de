//! `UiError`: why a call failed, in words that can be shown.

use grantbook_core::view::{Problem, approvals::RulesFileError};

/// A failed call: the problem document's code and sentence, or ours where no document came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UiError {
    /// Stable, for programs and support: `store_unavailable`.
    pub code: String,
    /// One sentence: what happened and what to do.
    pub detail: String,
    /// The HTTP status; 0 where there was no answer at all.
    pub status: u16,
    /// What is wrong with rules that were refused, and where.
    pub rules: Option<Box<RulesFileError>>,
}

impl UiError {
    /// The server could not be reached, or did not answer in time.
    pub fn unreachable() -> Self {
        Self {
            code: "server_unreachable".to_owned(),
            detail: "The console's server did not answer. Check the connection, then try again.".to_owned(),
            status: 0,
            rules: None,
        }
    }

    /// The answer is not in the form this page knows, as after an update of the server.
    pub fn not_understood(status: u16) -> Self {
        Self {
            code: "answer_not_understood".to_owned(),
            detail: "The server answered in a form this page does not know. Reload the page; the server may be newer than it.".to_owned(),
            status,
            rules: None,
        }
    }

    /// Whether the thing asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        self.status == 404
    }
}

impl From<Problem> for UiError {
    fn from(problem: Problem) -> Self {
        Self {
            code: problem.code,
            detail: problem.detail,
            status: problem.status,
            rules: problem.rules,
        }
    }
}
