//! What is wrong with a connection, and what to do about it, in sentences for people.

use grantbook_api::{
    error::{CallError, ErrorCode},
    socket::{DisconnectReason, Ended, SocketError},
};
use grantbook_core::AppId;

/// Where app-level tokens are made.
const WHERE: &str = "under Basic Information, App-Level Tokens, in the app's settings at Slack";

/// An app wants connections and has nothing to open them with.
pub(super) const NO_TOKEN: &str = "Socket Mode needs an app-level token with `connections:write`, and none is kept \
here. Make one under Basic Information, App-Level Tokens, in the app's settings at Slack, and enter it here.";

/// There will be no connection until somebody changes something.
pub(super) fn ended(ended: &Ended) -> String {
    match ended {
        Ended::LinkDisabled => "Socket Mode is switched off in the app's settings at Slack. Switch it on there, or \
            switch it off here."
            .to_owned(),
        Ended::Refused(code) => refused(code),
        Ended::Stopped => "The connection was closed by this console.".to_owned(),
    }
}

/// The token is another app's.
pub(super) fn wrong_app(theirs: &AppId, ours: &AppId) -> String {
    format!(
        "The app-level token is for the app {theirs}, and this app is {ours}. Nothing that came over its connection \
         was taken. Enter the token of {ours}."
    )
}

fn refused(code: &ErrorCode) -> String {
    match code {
        ErrorCode::MissingScope => {
            format!("The app-level token lacks `connections:write`. Make another one {WHERE}, and enter it here.")
        }
        ErrorCode::NotAllowedTokenType => format!(
            "What is kept here is not an app-level token: one begins with `xapp-`. Make one {WHERE}, and enter it here."
        ),
        ErrorCode::ForbiddenTeam => {
            "Slack lets no app of this workspace connect (`forbidden_team`). Ask its administrators.".to_owned()
        }
        code if code.is_token_trouble() => format!(
            "Slack does not take the app-level token (`{code}`). Make a new one with `connections:write` {WHERE}, and \
             enter it here."
        ),
        code => format!("Slack refuses connections (`{code}`)."),
    }
}

/// A connection failed, and is tried again.
pub(super) fn failed(error: &SocketError) -> String {
    match error {
        SocketError::Open(error) => match error.code() {
            Some(code) => refused(code),
            None => match error {
                CallError::RateLimited { .. } => {
                    "Slack wants fewer connections opened at once (`ratelimited`). The console waits.".to_owned()
                }
                _ => format!("Slack gives no address to connect to: {error}. The console tries again."),
            },
        },
        SocketError::Disconnected {
            reason: DisconnectReason::TooManyWebsockets,
        } => "The app has ten connections already, which is all that Slack allows: somebody else uses its app-level \
              token, too. The console tries again."
            .to_owned(),
        SocketError::Disconnected { .. } | SocketError::Closed | SocketError::Silent { .. } => {
            format!("A connection was lost: {error}. The console connects again.")
        }
        SocketError::Address | SocketError::Transport(_) | SocketError::Handshake { .. } | SocketError::NoHello => {
            format!("No connection could be made: {error}. The console tries again.")
        }
    }
}

#[cfg(test)]
mod tests {
    use grantbook_api::error::TransportKind;

    use super::*;

    #[test]
    fn every_sentence_ends_and_says_what_to_do() {
        let codes = [
            "invalid_auth",
            "missing_scope",
            "not_allowed_token_type",
            "forbidden_team",
            "odd_code",
        ];
        for code in codes {
            let text = ended(&Ended::Refused(ErrorCode::from(code)));
            assert!(text.ends_with('.'), "{text}");
        }
        assert!(ended(&Ended::Refused(ErrorCode::InvalidAuth)).contains("`invalid_auth`"));
        assert!(ended(&Ended::LinkDisabled).contains("Switch it on"));
        let lost = failed(&SocketError::Transport(TransportKind::Connect));
        assert!(lost.contains("tries again"), "{lost}");
    }
}
