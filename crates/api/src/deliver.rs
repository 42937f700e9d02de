//! `Deliverer`: how whoever plays Slack posts a signed body to an app.
//!
//! It follows at most two redirects and names its failures as Slack's retry headers do
//! (docs.slack.dev, Events API, "Retries").

use std::{
    error::Error as _,
    time::{Duration, Instant},
};

/// The redirects followed before Slack gives up.
const MAX_REDIRECTS: usize = 2;

/// The largest answer read, in bytes.
const MAX_ANSWER: usize = 1 << 20;

/// The answer header by which an app asks for no further attempt.
const NO_RETRY_HEADER: &str = "x-slack-no-retry";

/// What an app answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// The HTTP status, after redirects.
    pub status: u16,
    /// Whether the app sent `x-slack-no-retry: 1`.
    pub no_retry: bool,
    /// From the first byte sent to the answer's headers.
    pub duration: Duration,
}

impl Delivered {
    /// Whether Slack takes the event for delivered: any 2xx.
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }
}

/// Why there was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryFailure {
    /// The time ran out.
    #[error("no answer in time")]
    Timeout,
    /// More than two redirects.
    #[error("more than {MAX_REDIRECTS} redirects")]
    TooManyRedirects,
    /// Nobody listens, or the connection closed before the answer.
    #[error("could not connect")]
    ConnectionFailed,
    /// The certificate was not believed.
    #[error("TLS failed")]
    Ssl,
    /// Anything else.
    #[error("failed for another reason")]
    Unknown,
}

impl DeliveryFailure {
    /// The value of `x-slack-retry-reason` on the next attempt. An answer that is not 2xx is `http_error`.
    pub const fn retry_reason(self) -> &'static str {
        match self {
            Self::Timeout => "http_timeout",
            Self::TooManyRedirects => "too_many_redirects",
            Self::ConnectionFailed => "connection_failed",
            Self::Ssl => "ssl_error",
            Self::Unknown => "unknown_error",
        }
    }
}

/// A pool of connections to apps. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Deliverer(reqwest::Client);

impl Deliverer {
    /// Builds a client that ignores the environment's proxies. Fails when TLS cannot be set up.
    pub fn new() -> Result<Self, DeliveryFailure> {
        reqwest::Client::builder()
            .user_agent("Slackbot 1.0 (+https://api.slack.com/robots)")
            .redirect(reqwest::redirect::Policy::limited(MAX_REDIRECTS))
            .no_proxy()
            .build()
            .map(Self)
            .map_err(|_| DeliveryFailure::Unknown)
    }

    /// Posts `body` to `url` with `headers`, waiting at most `timeout` for the answer's headers.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
        timeout: Duration,
    ) -> Result<Delivered, DeliveryFailure> {
        let request = headers
            .iter()
            .fold(self.0.post(url), |request, (name, value)| request.header(*name, value));
        let started = Instant::now();
        let answer = tokio::time::timeout(timeout, request.body(body).send())
            .await
            .map_err(|_| DeliveryFailure::Timeout)?
            .map_err(|error| failure(&error))?;
        Ok(delivered(&answer, started))
    }

    /// The same, for interactions and commands: reads the answer's body, too, within the same time. A
    /// body of more than a megabyte counts as none.
    pub async fn post_and_read(
        &self,
        url: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
        timeout: Duration,
    ) -> Result<(Delivered, Vec<u8>), DeliveryFailure> {
        let request = headers
            .iter()
            .fold(self.0.post(url), |request, (name, value)| request.header(*name, value));
        let started = Instant::now();
        let exchange = async {
            let mut answer = request.body(body).send().await?;
            let head = delivered(&answer, started);
            let mut read = Vec::new();
            while let Some(piece) = answer.chunk().await? {
                read.extend_from_slice(&piece);
                if read.len() > MAX_ANSWER {
                    return Ok((head, Vec::new()));
                }
            }
            Ok((head, read))
        };
        tokio::time::timeout(timeout, exchange)
            .await
            .map_err(|_| DeliveryFailure::Timeout)?
            .map_err(|error: reqwest::Error| failure(&error))
    }
}

fn delivered(answer: &reqwest::Response, started: Instant) -> Delivered {
    Delivered {
        status: answer.status().as_u16(),
        no_retry: answer.headers().get(NO_RETRY_HEADER).is_some_and(|value| value == "1"),
        duration: started.elapsed(),
    }
}

fn failure(error: &reqwest::Error) -> DeliveryFailure {
    if error.is_timeout() {
        DeliveryFailure::Timeout
    } else if error.is_redirect() {
        DeliveryFailure::TooManyRedirects
    } else if names_a_certificate(error) {
        DeliveryFailure::Ssl
    } else if error.is_connect() || error.is_request() {
        DeliveryFailure::ConnectionFailed
    } else {
        DeliveryFailure::Unknown
    }
}

/// TLS errors have no type of their own here; rustls names what it dislikes in words.
fn names_a_certificate(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if text.contains("certificate") || text.contains("TLS") || text.contains("corrupt message") {
            return true;
        }
        cause = inner.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, response::Redirect, routing::post};

    use super::*;

    async fn app(router: Router) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    async fn send(url: &str) -> Result<Delivered, DeliveryFailure> {
        let headers = [("content-type", "application/json".to_owned())];
        Deliverer::new()
            .unwrap()
            .post(url, &headers, b"{}".to_vec(), Duration::from_millis(300))
            .await
    }

    #[tokio::test]
    async fn an_answer_carries_its_status_and_the_wish_for_no_retry() {
        let url = app(Router::new().route(
            "/",
            post(|| async { (StatusCode::BAD_GATEWAY, [(NO_RETRY_HEADER, "1")]) }),
        ))
        .await;
        let answer = send(&url).await.unwrap();
        assert_eq!(
            (answer.status, answer.no_retry, answer.is_success()),
            (502, true, false)
        );
    }

    #[tokio::test]
    async fn what_an_app_answers_is_read_within_the_same_time() {
        let url = app(Router::new().route("/", post(|body: String| async move { format!("heard {body}") }))).await;
        let deliverer = Deliverer::new().unwrap();
        let time = Duration::from_secs(2);
        let (head, body) = deliverer.post_and_read(&url, &[], b"it".to_vec(), time).await.unwrap();
        assert_eq!((head.status, body.as_slice()), (200, b"heard it".as_slice()));
    }

    #[tokio::test]
    async fn failures_are_named_as_slack_names_them() {
        let router = Router::new()
            .route("/round", post(|| async { Redirect::temporary("/round") }))
            .route("/slow", post(|| tokio::time::sleep(Duration::from_secs(5))));
        let url = app(router).await;
        assert_eq!(
            send(&format!("{url}/round")).await,
            Err(DeliveryFailure::TooManyRedirects)
        );
        assert_eq!(send(&format!("{url}/slow")).await, Err(DeliveryFailure::Timeout));
        let reason = send("http://127.0.0.1:1/").await.unwrap_err().retry_reason();
        assert_eq!(reason, "connection_failed");
    }
}
