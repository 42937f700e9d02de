//! `api.test`: does Slack answer at all? Anybody may ask, without a token. Sent by
//! [`SlackClient::api_test`](crate::SlackClient::api_test).

use serde::{Deserialize, Serialize};

/// The method's name.
pub const NAME: &str = "api.test";

/// It did, and says nothing else that matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiTestAnswer {}
