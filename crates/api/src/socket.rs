//! Socket Mode: Slack's deliveries over WebSocket connections that the app makes, so that it needs no public
//! address (docs.slack.dev, "Using Socket Mode").
//!
//! - [`Frame`] is what Slack sends, [`Acknowledgement`] what the app sends back; the simulator uses both the
//!   other way round.
//! - [`SocketMode`] keeps up to ten connections, replaces them before they close, and hands out what arrives
//!   as [`Received`].
//! - [`Backoff`] says how long to wait before trying again.
//!
//! Nothing is acknowledged here by itself: that is for the caller, once what arrived is safe. What is not
//! acknowledged within three seconds comes again, perhaps on another connection.
//!
//! ```no_run
//! # async fn example(slack: grantbook_api::SlackClient, token: grantbook_api::secret::AppToken) {
//! # use std::sync::Arc;
//! use grantbook_api::socket::{SocketMode, SocketSettings};
//!
//! let random = Arc::new(|| 4); // from the id generator
//! let app = "insectoid".parse().unwrap();
//! let (socket, mut arrivals) = SocketMode::new(&slack, app, token, SocketSettings::default(), random);
//! let connections = tokio::spawn(socket.run());
//! while let Some(received) = arrivals.recv().await {
//!     let body = received.envelope.body(); // what the HTTP door would have got
//! #   drop(body);
//!     // Commit it, and only then:
//!     received.acknowledge().ok();
//! }
//! # drop(connections);
//! # }
//! ```

mod backoff;
mod connection;
mod envelope;
mod error;
mod frame;
mod handshake;
mod pool;
mod received;
mod settings;
mod slot;
#[cfg(test)]
mod tests;

pub use backoff::Backoff;
pub use envelope::{Envelope, EnvelopeKind, Payload, PayloadError};
pub use error::{Ended, SocketError};
pub use frame::{Acknowledgement, Disconnect, DisconnectReason, Frame, FrameError, Hello};
pub use pool::{Random, SocketMode};
pub use received::{NotAcknowledged, Received};
pub use settings::{MAX_CONNECTIONS, SocketSettings, SocketStatus};
