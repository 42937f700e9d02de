//! `HttpClient`: the one HTTP client, with time-outs, without redirects, and deaf to the environment.

use std::time::Duration;

use url::Url;

/// How patient the client is, and through which proxy it goes.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// For name, route and TLS together.
    pub connect_timeout: Duration,
    /// For a whole call, from the first byte sent to the last byte read.
    pub timeout: Duration,
    /// A proxy for all calls. The environment's proxy variables are not read.
    pub proxy: Option<Url>,
}

impl Default for HttpSettings {
    /// Three seconds to connect, ten for a call, no proxy.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            timeout: Duration::from_secs(10),
            proxy: None,
        }
    }
}

/// The HTTP client could not be built: no TLS, or a proxy that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the HTTP client cannot be built from these settings")]
pub struct HttpError;

/// A pool of connections. Cheap to clone; clones share the pool.
#[derive(Clone, Debug)]
pub struct HttpClient(reqwest::Client);

impl HttpClient {
    /// Builds a client.
    pub fn new(settings: &HttpSettings) -> Result<Self, HttpError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("grantbook/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout)
            // A redirect would carry a token to wherever it points.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if let Some(proxy) = &settings.proxy {
            builder = builder.proxy(reqwest::Proxy::all(proxy.clone()).map_err(|_| HttpError)?);
        }
        builder.build().map(Self).map_err(|_| HttpError)
    }

    pub(crate) fn get(&self, url: Url) -> reqwest::RequestBuilder {
        self.0.get(url)
    }

    pub(crate) fn post(&self, url: Url) -> reqwest::RequestBuilder {
        self.0.post(url)
    }
}
