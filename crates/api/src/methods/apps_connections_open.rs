//! `apps.connections.open`: where Socket Mode listens, for one connection.
//!
//! POST only, and the app-level token only in the header. No arguments. Sent by
//! [`SlackClient::apps_connections_open`](crate::SlackClient::apps_connections_open).

use serde::Deserialize;
use serde_json::{Value, json};

use crate::secret::SocketUrl;

/// The method's name.
pub const NAME: &str = "apps.connections.open";

/// Where to connect, once and soon.
#[derive(Clone, Debug, Deserialize)]
pub struct AppsConnectionsOpenAnswer {
    /// `wss://…/link/?ticket=…`: whoever knows it may connect.
    pub url: SocketUrl,
}

impl AppsConnectionsOpenAnswer {
    /// The answer as Slack would send it. Holds the ticket in plain: for whoever issued it.
    pub fn to_json(&self) -> Value {
        json!({ "ok": true, "url": self.url.expose() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::fixtures::answer;

    #[test]
    fn a_real_answer_is_read_and_its_ticket_not_printed() {
        let first: AppsConnectionsOpenAnswer = answer("docs-examples/apps.connections.open.success.json");
        assert!(first.url.expose().starts_with("wss://"));
        assert!(!format!("{first:?}").contains("ticket"));
        let again: AppsConnectionsOpenAnswer = serde_json::from_value(first.to_json()).unwrap();
        assert_eq!(again.url.expose(), first.url.expose());
    }
}
