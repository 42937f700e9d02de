//! `Received`: an envelope, and the way back to the connection it came by.

use std::fmt;

use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use super::{Acknowledgement, Envelope};

/// An envelope that waits for its acknowledgement. Dropped without one, it comes again.
pub struct Received {
    /// The envelope.
    pub envelope: Envelope,
    back: UnboundedSender<Acknowledgement>,
}

/// The connection is gone, so Slack did not learn of it: the envelope comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection closed before the acknowledgement")]
pub struct NotAcknowledged;

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.envelope.fmt(f)
    }
}

impl Received {
    pub(super) fn new(envelope: Envelope, back: UnboundedSender<Acknowledgement>) -> Self {
        Self { envelope, back }
    }

    /// Tells Slack that the envelope is safe. Call it after the commit.
    ///
    /// Success means that the acknowledgement is about to be sent, not that Slack has it: whoever handles
    /// envelopes must bear one that comes again.
    pub fn acknowledge(self) -> Result<(), NotAcknowledged> {
        self.send(None)
    }

    /// The same, with an answer: what the HTTP response would hold. It is left out where
    /// [`Envelope::accepts_response_payload`] says that there is no room for one.
    pub fn acknowledge_with(self, payload: Value) -> Result<(), NotAcknowledged> {
        let payload = self.envelope.accepts_response_payload.then_some(payload);
        self.send(payload)
    }

    fn send(self, payload: Option<Value>) -> Result<(), NotAcknowledged> {
        let acknowledgement = Acknowledgement {
            envelope_id: self.envelope.envelope_id,
            payload,
        };
        self.back.send(acknowledgement).map_err(|_| NotAcknowledged)
    }
}
