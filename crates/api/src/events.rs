//! What arrives on the events door: wrapped events, the address check, and Slack's notice of a full quota.
//!
//! The same types read deliveries in the console and write them in the simulator, so the two cannot
//! drift. To add one more event: a variant in [`Event`], its arm in `read.rs`, its arm in `write.rs`,
//! and a fixture in the tests.

mod envelope;
mod event;
mod read;
mod resource;
#[cfg(test)]
mod tests;
mod write;

use grantbook_core::{AppId, TeamId};
use serde::Deserialize;
use serde_json::{Value, json};

pub use envelope::{Authorization, Envelope};
pub use event::{Event, EventError, OrgApp};
pub use resource::{Grant, ResourceGrant};

use crate::wire;

/// One POST to the events door.
///
/// The deprecated verification `token` in the body is neither needed nor kept: the signature decides.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivery {
    /// Slack checks the address: answer with the challenge.
    UrlVerification {
        /// What to answer.
        challenge: String,
    },
    /// More than 30,000 deliveries in an hour: events of this workspace were dropped for a minute.
    AppRateLimited {
        /// The workspace.
        team_id: TeamId,
        /// The start of the limited minute, in seconds since the epoch.
        minute_rate_limited: i64,
        /// The app.
        api_app_id: AppId,
    },
    /// An event.
    EventCallback(Box<Envelope>),
}

/// Why a body is no delivery.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// Not JSON at all.
    #[error("the body is not JSON")]
    NotJson,
    /// JSON, but not one of the three things that Slack sends here.
    #[error("the body is not a delivery: {reason}")]
    Shape {
        /// What is missing or wrong, without the values sent.
        reason: String,
    },
    /// A wrapper that is fine around an event that is not.
    #[error(transparent)]
    Event(#[from] EventError),
}

#[derive(Deserialize)]
struct UrlVerificationBody {
    challenge: String,
}

#[derive(Deserialize)]
struct AppRateLimitedBody {
    team_id: TeamId,
    minute_rate_limited: i64,
    api_app_id: AppId,
}

impl Delivery {
    /// Reads a raw body whose signature has been checked.
    pub fn parse(body: &[u8]) -> Result<Self, DeliveryError> {
        let value: Value = serde_json::from_slice(body).map_err(|_| DeliveryError::NotJson)?;
        match value.get("type").and_then(Value::as_str) {
            Some("event_callback") => Ok(Self::EventCallback(Box::new(Envelope::from_json(value)?))),
            Some("url_verification") => {
                let UrlVerificationBody { challenge } = shape(value)?;
                Ok(Self::UrlVerification { challenge })
            }
            Some("app_rate_limited") => {
                let AppRateLimitedBody {
                    team_id,
                    minute_rate_limited,
                    api_app_id,
                } = shape(value)?;
                Ok(Self::AppRateLimited {
                    team_id,
                    minute_rate_limited,
                    api_app_id,
                })
            }
            Some(_) => Err(DeliveryError::Shape {
                reason: "unknown type of delivery".to_owned(),
            }),
            None => Err(DeliveryError::Shape {
                reason: "missing field `type`".to_owned(),
            }),
        }
    }

    /// The body as Slack would send it, with the deprecated `token` filled in.
    pub fn to_json(&self, verification_token: &str) -> Value {
        match self {
            Self::UrlVerification { challenge } => {
                json!({ "token": verification_token, "challenge": challenge, "type": "url_verification" })
            }
            Self::AppRateLimited {
                team_id,
                minute_rate_limited,
                api_app_id,
            } => json!({
                "token": verification_token,
                "type": "app_rate_limited",
                "team_id": team_id,
                "minute_rate_limited": minute_rate_limited,
                "api_app_id": api_app_id,
            }),
            Self::EventCallback(envelope) => envelope.to_json(verification_token),
        }
    }
}

fn shape<T: for<'de> Deserialize<'de>>(value: Value) -> Result<T, DeliveryError> {
    serde_json::from_value(value).map_err(|error| DeliveryError::Shape {
        reason: wire::reason(&error),
    })
}
