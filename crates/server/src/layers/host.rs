//! The host allow-list: a page that rebinds its name to this address is refused.
//!
//! `/healthz` and `/readyz` answer under any name, since probes ask by address and learn nothing.

use std::net::IpAddr;

use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use http::{StatusCode, header, uri::Authority};

use crate::{error::ApiError, settings::Settings};

const PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// Whether a name of this console is asked for.
pub(super) fn is_ours(settings: &Settings, request: &Request) -> bool {
    PROBES.contains(&request.uri().path()) || named(request).is_some_and(|host| known(settings, &host))
}

/// The answer to who asks for another.
pub(super) fn refusal() -> Response {
    ApiError::client(
        StatusCode::BAD_REQUEST,
        "unknown_host",
        "This console is not known under that host name. Add it to server.extra_hosts, or correct server.public_url.",
    )
    .into_response()
}

/// The host asked for, without its port.
fn named(request: &Request) -> Option<String> {
    let authority = match request.uri().authority() {
        Some(authority) => authority.clone(),
        None => request
            .headers()
            .get(header::HOST)?
            .to_str()
            .ok()?
            .parse::<Authority>()
            .ok()?,
    };
    Some(authority.host().trim_matches(['[', ']']).to_ascii_lowercase())
}

fn known(settings: &Settings, host: &str) -> bool {
    let own = settings.public_url.host_str().map(|own| own.trim_matches(['[', ']']));
    host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        || own.is_some_and(|own| own.eq_ignore_ascii_case(host))
        || settings
            .extra_hosts
            .iter()
            .any(|extra| extra.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_consoles_names_are_known() {
        let mut settings = Settings::new("https://book.example.com/".parse().unwrap());
        settings.extra_hosts = vec!["inside".to_owned()];
        for host in ["book.example.com", "localhost", "127.0.0.1", "::1", "Inside"] {
            assert!(known(&settings, host), "{host}");
        }
        for host in ["example.com", "evil.example", "10.0.0.1", ""] {
            assert!(!known(&settings, host), "{host}");
        }
    }

    #[test]
    fn ports_and_brackets_do_not_matter() {
        let request = |host: &str| {
            Request::builder()
                .header(header::HOST, host)
                .body(axum::body::Body::empty())
                .unwrap()
        };
        assert_eq!(named(&request("[::1]:8080")).as_deref(), Some("::1"));
        assert_eq!(named(&request("LocalHost:1")).as_deref(), Some("localhost"));
        assert_eq!(named(&request("a b")), None);
    }
}
