//! `SlackClient::respond`: answers an interaction or command at its `response_url`.

use std::time::Duration;

use reqwest::{Response, StatusCode, header::CONTENT_TYPE};
use serde_json::Value;
use url::Url;

use super::{RetryPolicy, SlackClient, exchange};
use crate::{
    error::{CallError, ErrorCode, TransportKind},
    message::ResponseMessage,
    secret::ResponseUrl,
};

/// Where Slack's own response addresses live.
const HOOKS: &str = "hooks.slack.com";

/// The wait before the second attempt where nothing was sent.
const BACKOFF: Duration = Duration::from_millis(200);

/// Why an answer did not reach the conversation. Holds no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RespondError {
    /// The address is not below Slack's own hosts, so nothing was sent.
    #[error("the response_url is not one of Slack's")]
    Foreign,
    /// More than 30 minutes went by since somebody acted.
    #[error("the response_url is no longer good")]
    Expired,
    /// Five answers were sent before.
    #[error("the response_url was used up")]
    Used,
    /// Anything else.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl SlackClient {
    /// Posts an answer to a `response_url`. Needs no token.
    ///
    /// Only `https://hooks.slack.com/…` and this client's own site are believed: the address comes from
    /// outside. An answer is sent again after a 429, or when no connection was made, since each one counts
    /// against the five that an address takes.
    pub async fn respond(
        &self,
        url: &ResponseUrl,
        message: &ResponseMessage,
        policy: RetryPolicy,
    ) -> Result<(), RespondError> {
        let url = self.believed(url).ok_or(RespondError::Foreign)?;
        let mut patience = policy.max_wait;
        let mut attempt = 1;
        loop {
            let error = match self.respond_once(url.clone(), message).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let wait = match &error {
                RespondError::Call(CallError::RateLimited { retry_after }) => *retry_after,
                RespondError::Call(CallError::Transport(TransportKind::Connect)) => BACKOFF * attempt,
                _ => return Err(error),
            };
            tracing::debug!(attempt, %error, "an answer to a response_url failed");
            if attempt >= policy.max_attempts || wait > patience {
                return Err(error);
            }
            patience -= wait;
            attempt += 1;
            tokio::time::sleep(wait).await;
        }
    }

    async fn respond_once(&self, url: Url, message: &ResponseMessage) -> Result<(), RespondError> {
        let request = self
            .http
            .post(url)
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .json(message);
        let response = request
            .send()
            .await
            .map_err(|error| CallError::Transport(exchange::transport(&error)))?;
        judge(response).await
    }

    /// The address, where it is Slack's.
    fn believed(&self, url: &ResponseUrl) -> Option<Url> {
        let url = Url::parse(url.expose()).ok()?;
        let bare = url.username().is_empty() && url.password().is_none();
        let slacks = url.scheme() == "https" && url.host_str() == Some(HOOKS) && url.port().is_none();
        (bare && (slacks || url.origin() == self.base_url.origin())).then_some(url)
    }
}

/// Slack answers `ok` as text or as JSON, and its refusals likewise, with 404 for an address past its time.
async fn judge(response: Response) -> Result<(), RespondError> {
    let status = response.status();
    let retry_after = exchange::retry_after(&response);
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(CallError::RateLimited { retry_after }.into());
    }
    let body = exchange::bytes(response).await?;
    let text = String::from_utf8_lossy(&body);
    let refusal = match serde_json::from_str::<Value>(&text) {
        Ok(answer) if answer.get("ok") == Some(&Value::Bool(true)) => None,
        Ok(answer) => answer.get("error").and_then(Value::as_str).map(str::to_owned),
        Err(_) if text.trim() == "ok" => None,
        Err(_) => Some(text.trim().to_owned()),
    };
    match refusal.as_deref() {
        Some("expired_url") => Err(RespondError::Expired),
        Some("used_url") => Err(RespondError::Used),
        Some(name) if ErrorCode::is_well_formed(name) => Err(refused(ErrorCode::from(name), retry_after).into()),
        _ if status != StatusCode::OK => Err(CallError::Http {
            status: status.as_u16(),
        }
        .into()),
        // An empty body is an acknowledgement; a page is a proxy's.
        Some("") | None => Ok(()),
        Some(_) => Err(CallError::NotJson.into()),
    }
}

fn refused(code: ErrorCode, retry_after: Duration) -> CallError {
    match code {
        ErrorCode::RateLimited => CallError::RateLimited { retry_after },
        code => CallError::slack(code),
    }
}
