//! `SlackClient`: calls methods, believes `ok` rather than the HTTP status, and waits when told to.

mod apps;
mod exchange;
mod gate;
mod observe;
mod relay;
mod respond;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc, time::Duration};

use grantbook_core::{InstallationKey, Scope};
use reqwest::{RequestBuilder, header::CONTENT_TYPE};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::{
    endpoint,
    error::CallError,
    http::HttpClient,
    methods::{Encoding, Method, Paged},
    secret::AccessToken,
    wire,
};

use exchange::Answered;
pub use exchange::MAX_ANSWER_BYTES;
pub(crate) use exchange::transport;
use gate::{Gate, Lane};
pub use observe::{Observed, Observer};
pub use relay::{Arguments, Relayed};
pub use respond::RespondError;

/// The most pages one collection reads.
pub const MAX_PAGES: usize = 1000;

/// How often and how long a call is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a call is sent at most; at least once.
    pub max_attempts: u32,
    /// How long a call waits at most, all waits together. A `Retry-After` beyond that is an error at once.
    pub max_wait: Duration,
}

impl RetryPolicy {
    /// One attempt and no waiting: for a person who waits, and for triggers that live three seconds.
    pub const NONE: Self = Self {
        max_attempts: 1,
        max_wait: Duration::ZERO,
    };
}

impl Default for RetryPolicy {
    /// Three attempts within a minute.
    fn default() -> Self {
        Self {
            max_attempts: 3,
            max_wait: Duration::from_secs(60),
        }
    }
}

/// The holder of the app's own token.
const APP: &str = "app";

/// Who calls: a token, and the installation whose rate limits the call counts against.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    token: &'a AccessToken,
    installation: &'a InstallationKey,
    holder: &'a str,
}

impl<'a> Caller<'a> {
    /// Calls with `token` in the name of `installation`.
    pub fn new(token: &'a AccessToken, installation: &'a InstallationKey) -> Self {
        Self {
            token,
            installation,
            holder: APP,
        }
    }

    /// The same with a person's token: observers are told whose it is.
    #[must_use]
    pub fn held_by(self, holder: &'a str) -> Self {
        Self { holder, ..self }
    }
}

/// An answer, and the scopes of the token that asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithScopes<T> {
    /// The answer.
    pub answer: T,
    /// All scopes of the token; none where Slack did not say. Workspace tokens' scopes are by resource type
    /// and in `apps.permissions.scopes.list` instead.
    pub scopes: Option<Vec<Scope>>,
}

/// A client of one Slack site. Cheap to clone; clones share connections and what they know of rate limits.
#[derive(Clone)]
pub struct SlackClient {
    base_url: Arc<Url>,
    http: HttpClient,
    gate: Arc<Gate>,
    policy: RetryPolicy,
    observer: Option<Observer>,
}

impl fmt::Debug for SlackClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlackClient")
            .field("base_url", &self.base_url.as_str())
            .finish_non_exhaustive()
    }
}

impl SlackClient {
    /// `base_url` is the site's root, as in `https://slack.com`; methods live at `/api/{method}` below it.
    pub fn new(base_url: Url, http: HttpClient) -> Self {
        Self {
            base_url: Arc::new(base_url),
            http,
            gate: Arc::default(),
            policy: RetryPolicy::default(),
            observer: None,
        }
    }

    /// The same client, more or less patient.
    #[must_use]
    pub fn with_policy(&self, policy: RetryPolicy) -> Self {
        Self { policy, ..self.clone() }
    }

    /// The same client, with somebody who is told of every answer.
    #[must_use]
    pub fn with_observer(self, observer: Observer) -> Self {
        Self {
            observer: Some(observer),
            ..self
        }
    }

    /// The site's root.
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// Calls a method.
    ///
    /// A 429 is waited out and tried again within the [`RetryPolicy`]; other passing faults are tried
    /// again only where calling twice is the same as calling once.
    pub async fn call<M: Method>(&self, caller: &Caller<'_>, arguments: &M) -> Result<M::Answer, CallError> {
        Ok(self.call_with_scopes(caller, arguments).await?.answer)
    }

    /// Calls a method, and says too which scopes the token has: Slack names them in the header
    /// `x-oauth-scopes` of every answer, of `auth.test` as of any other.
    pub async fn call_with_scopes<M: Method>(
        &self,
        caller: &Caller<'_>,
        arguments: &M,
    ) -> Result<WithScopes<M::Answer>, CallError> {
        let lane = Lane::new(M::NAME, caller.installation.to_string());
        let again = if M::IDEMPOTENT {
            Again::AfterPassingFaults
        } else {
            Again::AfterRateLimitOnly
        };
        let request = || self.request(caller, arguments);
        let Answered { body, scopes } = self.perform(lane, Some(caller), again, request).await?;
        Ok(WithScopes {
            answer: decode(body)?,
            scopes,
        })
    }

    /// Calls a method until its last page and returns all items, or fails after [`MAX_PAGES`] pages.
    pub async fn collect<M: Paged>(&self, caller: &Caller<'_>, first: &M) -> Result<Vec<M::Item>, CallError> {
        self.collect_at_most(caller, first, MAX_PAGES).await
    }

    /// [`SlackClient::collect`] with another bound on the pages.
    pub async fn collect_at_most<M: Paged>(
        &self,
        caller: &Caller<'_>,
        first: &M,
        max_pages: usize,
    ) -> Result<Vec<M::Item>, CallError> {
        let mut items = Vec::new();
        let mut arguments = first.clone();
        for _ in 0..max_pages {
            let page = M::page(self.call(caller, &arguments).await?);
            items.extend(page.items);
            match page.next_cursor {
                Some(cursor) => arguments = first.with_cursor(cursor),
                None => return Ok(items),
            }
        }
        Err(CallError::TooManyPages { pages: max_pages })
    }

    pub(crate) fn http(&self) -> &HttpClient {
        &self.http
    }

    fn post(&self, method: &str) -> RequestBuilder {
        self.http
            .post(endpoint::under(&self.base_url, &format!("api/{method}")))
    }

    fn request<M: Method>(&self, caller: &Caller<'_>, arguments: &M) -> RequestBuilder {
        let request = self.post(M::NAME).bearer_auth(caller.token.expose());
        match M::ENCODING {
            Encoding::Form => request.form(arguments),
            // Before `json`, which would leave out the charset; Slack warns when it is missing.
            Encoding::Json => request
                .header(CONTENT_TYPE, "application/json; charset=utf-8")
                .json(arguments),
        }
    }
}

/// After which failures a call is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    AfterRateLimitOnly,
    AfterPassingFaults,
}

fn decode<T: DeserializeOwned>(body: Value) -> Result<T, CallError> {
    serde_json::from_value(body).map_err(|error| CallError::Shape {
        reason: wire::reason(&error),
    })
}
