//! The approval rules: which decide now, and everything that is done to their versions.
//!
//! A text of rules is read whole or refused whole; a version comes into force by one transaction that retires the
//! one before it. Every replica keeps what is in force in memory and drops it at the notice of that transaction.

mod backtest;
mod book;
mod memory;
mod past;
mod text;

use grantbook_core::{
    approval::{VersionRefusal, import::Refused},
    view::approvals::RulesFileError,
};
use grantbook_store::{StoreError, approvals::RulesStepError, queries::QueryError};

pub use book::RuleBook;
pub(crate) use memory::RulesMemory;
pub use memory::{InForce, in_force};

/// Longest note to a version, in characters.
pub const MAX_NOTE: usize = 500;

/// Why something is not done to the rules.
#[derive(Debug, thiserror::Error)]
pub enum RuleBookError {
    /// There is no such version.
    #[error("there is no version {0} of the rules")]
    Missing(u64),
    /// The text is refused whole; the rules in force stay.
    #[error("the rules are refused as a whole{}: {}", place(.0), .0.reason)]
    Text(Box<RulesFileError>),
    /// The note is too long.
    #[error("a note has at most {MAX_NOTE} characters")]
    NoteTooLong,
    /// The step may not be taken, or not by them, or not now.
    #[error(transparent)]
    Refused(#[from] VersionRefusal),
    /// The list cannot be answered.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RuleBookError {
    /// The error as a stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "rules_version_not_found",
            Self::Text(_) => "rules_refused",
            Self::NoteTooLong => "note_too_long",
            Self::Refused(refusal) => refusal.code(),
            Self::Query(_) => "invalid_cursor",
            Self::Store(_) => "internal_error",
        }
    }
}

impl From<RulesStepError> for RuleBookError {
    fn from(error: RulesStepError) -> Self {
        match error {
            RulesStepError::Missing(version) => Self::Missing(version),
            RulesStepError::Refused(refusal) => Self::Refused(refusal),
            RulesStepError::Store(error) => Self::Store(error),
        }
    }
}

impl From<grantbook_core::approval::RulesError> for RuleBookError {
    fn from(error: grantbook_core::approval::RulesError) -> Self {
        Self::Text(Box::new(RulesFileError {
            rule: error.rule,
            field: error.field,
            line: error.line,
            reason: error.reason,
        }))
    }
}

impl From<Refused> for RuleBookError {
    fn from(error: Refused) -> Self {
        match error {
            Refused::Rule { rule, field, reason } => Self::Text(Box::new(RulesFileError {
                rule: Some(rule),
                field,
                line: None,
                reason,
            })),
            Refused::Rules(error) => error.into(),
        }
    }
}

/// Where in the text, for the sentence.
fn place(error: &RulesFileError) -> String {
    let line = error.line.map(|line| format!("line {line}"));
    let rule = error.rule.as_ref().map(|rule| format!("rule {rule}"));
    let field = Some(&error.field)
        .filter(|field| !field.is_empty())
        .map(|field| format!("field {field}"));
    let known: Vec<String> = [line, rule, field].into_iter().flatten().collect();
    if known.is_empty() {
        String::new()
    } else {
        format!(", {}", known.join(", "))
    }
}
