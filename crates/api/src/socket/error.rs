//! What can go wrong with a connection, and how all of them can end.

use std::time::Duration;

use crate::{
    error::{CallError, ErrorCode, TransportKind},
    socket::DisconnectReason,
};

/// Why there is no connection, or no longer. Holds no address: it would hold the ticket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SocketError {
    /// `apps.connections.open` gave no address.
    #[error("no address to connect to: {0}")]
    Open(#[from] CallError),
    /// The address is not one of a WebSocket, or not as safe as Slack's own site.
    #[error("the address to connect to is not a WebSocket's")]
    Address,
    /// The address could not be reached.
    #[error("could not reach the address: {0}")]
    Transport(TransportKind),
    /// The other side is no WebSocket: a proxy, or the ticket was used or too old.
    #[error("the other side did not switch to WebSocket (HTTP status {status})")]
    Handshake {
        /// Its HTTP status.
        status: u16,
    },
    /// The connection stands, but Slack did not greet.
    #[error("no hello came")]
    NoHello,
    /// Nothing came for too long, not even an answer to a ping.
    #[error("nothing was heard for {} s", quiet.as_secs())]
    Silent {
        /// For how long.
        quiet: Duration,
    },
    /// The other side closed, or the line broke.
    #[error("the connection closed")]
    Closed,
    /// Slack took leave.
    #[error("Slack ended the connection: {}", reason.as_str())]
    Disconnected {
        /// Why.
        reason: DisconnectReason,
    },
}

impl SocketError {
    /// The refusal after which trying again is of no use until somebody changes something.
    pub(super) fn refusal_for_good(&self) -> Option<&ErrorCode> {
        let Self::Open(error) = self else { return None };
        let code = error.code()?;
        let hopeless = matches!(
            code,
            ErrorCode::ForbiddenTeam
                | ErrorCode::MissingArgs
                | ErrorCode::MissingScope
                | ErrorCode::NoPermission
                | ErrorCode::NotAllowedTokenType
                | ErrorCode::UnknownMethod
        );
        (hopeless || code.is_token_trouble()).then_some(code)
    }

    /// How long Slack wants to be left alone, where it said so.
    pub(super) fn retry_after(&self) -> Duration {
        match self {
            Self::Open(CallError::RateLimited { retry_after }) => *retry_after,
            _ => Duration::ZERO,
        }
    }
}

/// Why there will be no more connections.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// Socket Mode was switched off in the app's settings.
    #[error("Socket Mode is switched off in the app's settings")]
    LinkDisabled,
    /// Slack does not take the app-level token.
    #[error("Slack refuses connections: {0}")]
    Refused(ErrorCode),
    /// Nobody wants what arrives any more.
    #[error("stopped")]
    Stopped,
}
