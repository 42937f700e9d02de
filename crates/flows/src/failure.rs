//! The code under which a failed call to Slack is kept and shown.

use grantbook_api::error::{CallError, TransportKind};

/// Slack's own code where Slack answered, and a word of ours for what it answered instead.
pub(crate) fn code(error: &CallError) -> String {
    match error {
        CallError::Slack { code, .. } => code.to_string(),
        CallError::RateLimited { .. } => "ratelimited".to_owned(),
        CallError::Http { status } => format!("http_{status}"),
        CallError::NotJson => "answer_not_json".to_owned(),
        CallError::Shape { .. } | CallError::TooLarge { .. } | CallError::TooManyPages { .. } => {
            "answer_unexpected".to_owned()
        }
        CallError::Truncated => "answer_cut_short".to_owned(),
        CallError::Transport(TransportKind::Timeout) => "no_answer_in_time".to_owned(),
        CallError::Transport(TransportKind::Connect) => "slack_not_reached".to_owned(),
        CallError::Transport(_) => "connection_closed".to_owned(),
    }
}
