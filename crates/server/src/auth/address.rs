//! `ClientAddress`: where a request comes from, for rate limits.
//!
//! `X-Forwarded-For` is believed only as far as it was written by proxies that the configuration trusts.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::{HeaderMap, request::Parts};

use crate::app::AppState;

/// The caller's address; this machine's own where the connection is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip());
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)).to_canonical();
        Ok(Self(client(peer, &parts.headers, &state.settings.trusted_proxies)))
    }
}

/// From the nearest hop outwards, the first that is no trusted proxy.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let lines: Vec<_> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|line| line.to_str().ok())
        .collect();
    let mut hops = lines
        .iter()
        .flat_map(|line| line.split(','))
        .collect::<Vec<_>>()
        .into_iter()
        .rev();
    let mut current = peer;
    while trusted.contains(&current) {
        match hops.next().and_then(|hop| hop.trim().parse::<IpAddr>().ok()) {
            Some(hop) => current = hop.to_canonical(),
            None => break,
        }
    }
    current
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &'static str, trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        let trusted: Vec<_> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_an_address() {
        assert_eq!(seen("203.0.113.9", "198.51.100.1", &[]), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", "1.2.3.4, 203.0.113.9", &["10.0.0.1"]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_tells_who_asked_it() {
        assert_eq!(seen("10.0.0.1", "203.0.113.9", &["10.0.0.1"]), "203.0.113.9");
        assert_eq!(
            seen("10.0.0.1", "203.0.113.9, 10.0.0.2", &["10.0.0.1", "10.0.0.2"]),
            "203.0.113.9"
        );
        assert_eq!(seen("10.0.0.1", "garbage", &["10.0.0.1"]), "10.0.0.1");
    }
}
