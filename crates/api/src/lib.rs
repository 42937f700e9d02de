//! Slack as this house speaks to it: wire types, request signing, and a client for the Web API.
//!
//! - [`signature`] proves that a delivery is Slack's.
//! - [`events`] reads deliveries, and writes them for the simulator; [`interactions`] and [`commands`] do so
//!   for what people press and type. [`message`] builds what is posted and answered.
//! - [`oauth`] builds the consent page's address and reads what `oauth.access` and `oauth.v2.access` answer.
//! - [`methods`] has a type for each method's arguments and answer; [`client`] calls them.
//! - [`socket`] is Socket Mode: the same deliveries over connections that the app makes.
//! - [`error`] names Slack's refusals; [`secret`] holds what must not be printed.
//!
//! This is the only crate that names the HTTP client and the WebSocket library.

pub mod client;
pub mod commands;
pub mod deliver;
mod endpoint;
pub mod error;
pub mod events;
pub mod http;
pub mod interactions;
pub mod message;
pub mod methods;
pub mod oauth;
pub mod secret;
pub mod signature;
pub mod socket;
pub mod trigger;
pub mod wire;

pub use client::{Caller, Observed, Observer, RespondError, RetryPolicy, SlackClient, WithScopes};
pub use error::{CallError, ErrorCode, TransportKind};
pub use http::{HttpClient, HttpSettings};
pub use secret::ResponseUrl;
pub use trigger::TriggerId;
