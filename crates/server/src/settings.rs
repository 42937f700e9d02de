//! `Settings`: what the doors must know of the configuration, so that tests need no file and no environment.

use std::{net::IpAddr, time::Duration};

use url::Url;

/// The console's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the doors must know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The console as browsers and Slack reach it.
    pub public_url: Url,
    /// Further host names it answers to.
    pub extra_hosts: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Longest body accepted, in bytes.
    pub body_limit: usize,
    /// Longest that one request may take.
    pub request_timeout: Duration,
    /// How long a sign-in lasts.
    pub session_lifetime: Duration,
    /// Set in the demo only, where a person signs in with one click.
    pub demo: Option<Demo>,
}

/// What only the demo has.
#[derive(Clone, Debug)]
pub struct Demo {
    /// The simulator, for browsers.
    pub simulator_url: Url,
}

impl Settings {
    /// The defaults, for a console at `public_url`.
    pub fn new(public_url: Url) -> Self {
        Self {
            public_url,
            extra_hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            body_limit: 1024 * 1024,
            request_timeout: Duration::from_secs(30),
            session_lifetime: Duration::from_secs(12 * 60 * 60),
            demo: None,
        }
    }

    /// From the configuration.
    pub fn of(config: &crate::config::Config) -> Result<Self, url::ParseError> {
        Ok(Self {
            extra_hosts: config.server.extra_hosts.clone(),
            trusted_proxies: config.server.trusted_proxies.clone(),
            body_limit: config.server.body_limit_bytes,
            request_timeout: Duration::from_secs(config.server.request_timeout_seconds),
            session_lifetime: Duration::from_secs(u64::from(config.sessions.hours) * 60 * 60),
            ..Self::new(config.server.public_url()?)
        })
    }

    /// Whether browsers reach the console over TLS.
    pub fn https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}
