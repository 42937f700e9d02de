//! The opening handshake (RFC 6455, section 4), made by the one HTTP client: same TLS, same proxy, same patience.

use reqwest::{
    Response, StatusCode, Upgraded,
    header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::{client::generate_key, derive_accept_key},
        protocol::{Role, WebSocketConfig},
    },
};
use url::Url;

use super::SocketError;
use crate::{
    client::{MAX_ANSWER_BYTES, SlackClient},
    secret::SocketUrl,
};

/// A connection that speaks WebSocket.
pub(super) type Stream = WebSocketStream<Upgraded>;

/// Buffers per connection, in bytes: envelopes are small, and ten connections should be cheap.
const BUFFER: usize = 16 * 1024;

impl SlackClient {
    /// Connects to an address that `apps.connections.open` gave.
    pub(super) async fn open_socket(&self, url: &SocketUrl) -> Result<Stream, SocketError> {
        let url = as_http(url, self.base_url()).ok_or(SocketError::Address)?;
        let key = generate_key();
        let response = self
            .http()
            .get(url)
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, &key)
            .send()
            .await
            .map_err(|error| SocketError::Transport(crate::client::transport(&error)))?;
        if !switched(&response, &key) {
            return Err(SocketError::Handshake {
                status: response.status().as_u16(),
            });
        }
        let upgraded = response.upgrade().await.map_err(|_| SocketError::Closed)?;
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(MAX_ANSWER_BYTES))
            .max_frame_size(Some(MAX_ANSWER_BYTES));
        Ok(WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await)
    }
}

/// The address as the HTTP client takes it. Encrypted where Slack's own site is.
fn as_http(url: &SocketUrl, site: &Url) -> Option<Url> {
    let mut url = Url::parse(url.expose()).ok()?;
    let scheme = match (url.scheme(), site.scheme()) {
        ("wss", _) => "https",
        ("ws", "http") => "http",
        _ => return None,
    };
    url.set_scheme(scheme).ok()?;
    url.has_host().then_some(url)
}

fn switched(response: &Response, key: &str) -> bool {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    response.status() == StatusCode::SWITCHING_PROTOCOLS
        && header(UPGRADE).is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
        && header(SEC_WEBSOCKET_ACCEPT) == Some(derive_accept_key(key.as_bytes()).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_must_be_a_sockets_and_as_safe_as_the_site() {
        let read = |url: &str, site: &str| as_http(&SocketUrl::new(url), &site.parse().unwrap()).map(String::from);
        assert_eq!(
            read("wss://wss-primary.slack.com/link/?ticket=1", "https://slack.com").as_deref(),
            Some("https://wss-primary.slack.com/link/?ticket=1")
        );
        assert_eq!(
            read("ws://127.0.0.1:8090/link?ticket=1", "http://127.0.0.1:8090").as_deref(),
            Some("http://127.0.0.1:8090/link?ticket=1")
        );
        for url in ["ws://slack.com/link", "https://slack.com/link", "wss:", "link"] {
            assert_eq!(read(url, "https://slack.com"), None, "{url}");
        }
    }
}
