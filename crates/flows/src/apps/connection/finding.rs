//! What one check of a connection found, in words.

use grantbook_api::error::CallError;
use grantbook_core::view::apps::{CheckState, ConnectionCheck};

use crate::failure;

/// How one check ended, before it has a name.
pub(super) struct Finding {
    pub(super) state: CheckState,
    pub(super) sentence: String,
    pub(super) hint: Option<String>,
}

impl Finding {
    pub(super) fn passed(sentence: impl Into<String>) -> Self {
        Self {
            state: CheckState::Passed,
            sentence: sentence.into(),
            hint: None,
        }
    }

    pub(super) fn failed(sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            state: CheckState::Failed,
            sentence: sentence.into(),
            hint: Some(hint.into()),
        }
    }

    pub(super) fn waiting(sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            state: CheckState::Waiting,
            ..Self::failed(sentence, hint)
        }
    }

    /// An answer that says nothing about what was asked.
    pub(super) fn unanswered(error: &CallError) -> Self {
        match error {
            CallError::RateLimited { retry_after } => Self::waiting(
                format!("Slack asks to wait for {} s.", retry_after.as_secs()),
                "Run the test again then.",
            ),
            CallError::Transport(_) => Self::waiting(
                format!("Not known yet: Slack was not reached ({}).", failure::code(error)),
                "Mend the way to Slack first, then run the test again.",
            ),
            error => Self::failed(
                format!("Slack did not answer this as expected ({}).", failure::code(error)),
                "Run the test again; if this stays, look at status.slack.com and at the console's way out.",
            ),
        }
    }

    pub(super) fn named(self, name: &str) -> ConnectionCheck {
        ConnectionCheck {
            name: name.to_owned(),
            state: self.state,
            sentence: self.sentence,
            hint: self.hint,
        }
    }
}
