//! One call on the wire: attempts, waits, and the reading of what came back.

use std::time::Duration;

use grantbook_core::Scope;
use reqwest::{RequestBuilder, Response, StatusCode, header::RETRY_AFTER};
use serde_json::Value;

use super::{Again, Caller, Lane, Observed, SlackClient};
use crate::error::{CallError, ErrorCode, TransportKind};

/// The largest answer read, in bytes after decompression: 4 MiB.
pub const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// How long to keep away after a 429 that does not say.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(30);

/// The longest a 429 is believed, so that a nonsensical header cannot close a lane for good.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// The header that names a token's scopes on every answer to it (recorded answers of `auth.test`).
const SCOPES_HEADER: &str = "x-oauth-scopes";

/// The header that names the scopes of which any one is enough for the method (recorded answers).
const ACCEPTED_HEADER: &str = "x-accepted-oauth-scopes";

/// A successful answer, and what its headers say of the token.
pub(super) struct Answered {
    pub(super) body: Value,
    /// The token's scopes; none where Slack did not say.
    pub(super) scopes: Option<Vec<Scope>>,
}

/// What an answer's headers say, whatever its body says.
#[derive(Default)]
pub(super) struct Told {
    pub(super) scopes: Option<Vec<Scope>>,
    pub(super) accepted: Option<Vec<Scope>>,
}

impl Told {
    pub(super) fn by(response: &Response) -> Self {
        Self {
            scopes: scope_list(response, SCOPES_HEADER),
            accepted: scope_list(response, ACCEPTED_HEADER).filter(|list| !list.is_empty()),
        }
    }
}

/// The wait before the second attempt after a passing fault; doubled before each further one.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);

impl SlackClient {
    /// Sends a request until it is answered, refused, or the policy says stop.
    pub(super) async fn perform(
        &self,
        lane: Lane,
        caller: Option<&Caller<'_>>,
        again: Again,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Answered, CallError> {
        let mut patience = self.policy.max_wait;
        let mut backoff = FIRST_BACKOFF;
        let mut attempt = 1;
        loop {
            self.wait_until_open(&lane, &mut patience).await?;
            let mut told = Told::default();
            let answer = send(request(), &mut told).await;
            if let Some(observer) = &self.observer {
                observer(&Observed {
                    method: &lane.method,
                    installation: caller.map(|caller| caller.installation),
                    holder: caller.map(|caller| caller.holder),
                    accepted: told.accepted.as_deref(),
                    scopes: told.scopes.as_deref(),
                    error: answer.as_ref().err(),
                });
            }
            let error = match answer {
                Ok(body) => {
                    let scopes = told.scopes;
                    return Ok(Answered { body, scopes });
                }
                Err(error) => error,
            };
            tracing::debug!(slack.method = &*lane.method, attempt, %error, "a call to Slack failed");
            let last = attempt >= self.policy.max_attempts;
            match &error {
                CallError::RateLimited { retry_after } => {
                    self.gate.close(&lane, *retry_after);
                    if last {
                        return Err(error);
                    }
                }
                passing if again == Again::AfterPassingFaults && passing.is_transient() && !last => {
                    if patience < backoff {
                        return Err(error);
                    }
                    patience -= backoff;
                    tokio::time::sleep(backoff).await;
                    backoff *= 2;
                }
                _ => return Err(error),
            }
            attempt += 1;
        }
    }

    /// Waits for a closed lane, or refuses without a call where that takes longer than `patience`.
    async fn wait_until_open(&self, lane: &Lane, patience: &mut Duration) -> Result<(), CallError> {
        // Another call may close the lane again while this one sleeps.
        while let Some(wait) = self.gate.remaining(lane) {
            *patience = patience
                .checked_sub(wait)
                .ok_or(CallError::RateLimited { retry_after: wait })?;
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }
}

async fn send(request: RequestBuilder, told: &mut Told) -> Result<Value, CallError> {
    let response = request
        .send()
        .await
        .map_err(|error| CallError::Transport(transport(&error)))?;
    *told = Told::by(&response);
    match response.status() {
        StatusCode::OK => {
            let retry_after = retry_after(&response);
            refusal(read(response).await?, retry_after)
        }
        StatusCode::TOO_MANY_REQUESTS => Err(CallError::RateLimited {
            retry_after: retry_after(&response),
        }),
        other => Err(CallError::Http { status: other.as_u16() }),
    }
}

fn scope_list(response: &Response, header: &str) -> Option<Vec<Scope>> {
    let header = response.headers().get(header)?.to_str().ok()?;
    Scope::parse_list(header).ok()
}

pub(super) fn retry_after(response: &Response) -> Duration {
    let seconds = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok());
    seconds
        .map_or(DEFAULT_RETRY_AFTER, Duration::from_secs)
        .min(LONGEST_RETRY_AFTER)
}

pub(crate) fn transport(error: &reqwest::Error) -> TransportKind {
    if error.is_builder() {
        TransportKind::Request
    } else if error.is_connect() {
        TransportKind::Connect
    } else if error.is_timeout() {
        TransportKind::Timeout
    } else {
        TransportKind::Closed
    }
}

async fn read(response: Response) -> Result<Value, CallError> {
    serde_json::from_slice(&bytes(response).await?).map_err(|_| CallError::NotJson)
}

/// A whole body, as long as it is not too large.
pub(super) async fn bytes(mut response: Response) -> Result<Vec<u8>, CallError> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > MAX_ANSWER_BYTES => {
                return Err(CallError::TooLarge {
                    limit_bytes: MAX_ANSWER_BYTES,
                });
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) if error.is_timeout() => return Err(CallError::Transport(TransportKind::Timeout)),
            Err(_) => return Err(CallError::Truncated),
        }
    }
    Ok(body)
}

/// Takes the refusals out of the answers that came with HTTP 200.
pub(super) fn refusal(body: Value, retry_after: Duration) -> Result<Value, CallError> {
    match body.get("ok").and_then(Value::as_bool) {
        Some(true) => return Ok(body),
        Some(false) => {}
        None => {
            return Err(CallError::Shape {
                reason: "missing field `ok`".to_owned(),
            });
        }
    }
    let Some(name) = body
        .get("error")
        .and_then(Value::as_str)
        .filter(|name| ErrorCode::is_well_formed(name))
    else {
        return Err(CallError::Shape {
            reason: "a refusal without the field `error`".to_owned(),
        });
    };
    match ErrorCode::from(name) {
        ErrorCode::RateLimited => Err(CallError::RateLimited { retry_after }),
        code => Err(CallError::Slack {
            code,
            needed: scopes(&body, "needed"),
            provided: scopes(&body, "provided"),
        }),
    }
}

fn scopes(body: &Value, field: &str) -> Vec<Scope> {
    let list = body.get(field).and_then(Value::as_str).unwrap_or_default();
    Scope::parse_list(list).unwrap_or_default()
}
