//! `SlackClient::relay`: passes on a call that somebody else makes, with a token that they never see, and Slack's answer
//! as it is, whatever it says.
//!
//! Nothing is sent twice here, and no 429 is waited out: whoever calls decides. A lane that Slack closed stays closed
//! for relayed calls too; they are told so without bothering Slack.

use std::{fmt, time::Duration};

use reqwest::{Response, StatusCode, header::CONTENT_TYPE};
use serde_json::json;

use super::{
    Caller, Lane, Observed, SlackClient,
    exchange::{self, Told},
};
use crate::{
    endpoint,
    error::{CallError, ErrorCode},
    methods::is_name,
};

/// The arguments of a relayed call. Prints without them: they are somebody's messages.
#[derive(Clone)]
pub enum Arguments {
    /// As `application/x-www-form-urlencoded`.
    Form(String),
    /// As JSON, with what stood in the address beside it.
    Json {
        /// The body.
        body: Vec<u8>,
        /// Encoded as in an address; empty for none.
        query: String,
    },
}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form(_) => "Form(…)",
            Self::Json { .. } => "Json(…)",
        })
    }
}

/// Slack's answer as it is. Prints without its body.
#[derive(Clone)]
pub struct Relayed {
    /// The HTTP status.
    pub status: u16,
    /// The body's media type.
    pub content_type: Option<String>,
    /// How many seconds to keep away, where Slack says so.
    pub retry_after: Option<String>,
    /// `x-oauth-scopes`: the token's scopes.
    pub scopes: Option<String>,
    /// `x-accepted-oauth-scopes`: the scopes of which any one is enough.
    pub accepted: Option<String>,
    /// `x-slack-req-id`: how Slack's support finds the call.
    pub request_id: Option<String>,
    /// The body.
    pub body: Vec<u8>,
    /// Slack's refusal, where the body is one.
    pub refusal: Option<ErrorCode>,
}

impl fmt::Debug for Relayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relayed")
            .field("status", &self.status)
            .field("refusal", &self.refusal)
            .finish_non_exhaustive()
    }
}

impl Relayed {
    /// What Slack would say to a lane that is closed.
    fn closed(wait: Duration) -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS.as_u16(),
            content_type: Some("application/json; charset=utf-8".to_owned()),
            retry_after: Some(wait.as_secs().saturating_add(1).to_string()),
            scopes: None,
            accepted: None,
            request_id: None,
            body: json!({ "ok": false, "error": "ratelimited" }).to_string().into_bytes(),
            refusal: Some(ErrorCode::RateLimited),
        }
    }

    /// Everything but the body.
    fn head(response: &Response) -> Self {
        let header = |name: &str| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
        Self {
            status: response.status().as_u16(),
            content_type: header("content-type"),
            retry_after: header("retry-after"),
            scopes: header("x-oauth-scopes"),
            accepted: header("x-accepted-oauth-scopes"),
            request_id: header("x-slack-req-id"),
            body: Vec::new(),
            refusal: None,
        }
    }
}

impl SlackClient {
    /// Passes a call on, once. `method` is a method's name, as [`is_name`] knows them; another is an error.
    ///
    /// An error means that Slack gave no answer that could be passed back.
    pub async fn relay(&self, caller: &Caller<'_>, method: &str, arguments: &Arguments) -> Result<Relayed, CallError> {
        if !is_name(method) {
            return Err(CallError::slack(ErrorCode::UnknownMethod));
        }
        let lane = Lane::new(method.to_owned(), caller.installation.to_string());
        if let Some(wait) = self.gate.remaining(&lane) {
            return Ok(Relayed::closed(wait));
        }
        let mut told = Told::default();
        let answer = self.relay_once(caller, method, arguments, &mut told).await;
        let error = match &answer {
            Ok((_, error)) => error.as_ref(),
            Err(error) => Some(error),
        };
        if let Some(CallError::RateLimited { retry_after }) = error {
            self.gate.close(&lane, *retry_after);
        }
        if let Some(observer) = &self.observer {
            observer(&Observed {
                method,
                installation: Some(caller.installation),
                holder: Some(caller.holder),
                accepted: told.accepted.as_deref(),
                scopes: told.scopes.as_deref(),
                error,
            });
        }
        answer.map(|(relayed, _)| relayed)
    }

    /// The answer, and what is wrong with it, if anything.
    async fn relay_once(
        &self,
        caller: &Caller<'_>,
        method: &str,
        arguments: &Arguments,
        told: &mut Told,
    ) -> Result<(Relayed, Option<CallError>), CallError> {
        let mut url = endpoint::under(&self.base_url, &format!("api/{method}"));
        let (media_type, body) = match arguments {
            Arguments::Form(form) => ("application/x-www-form-urlencoded", form.clone().into_bytes()),
            Arguments::Json { body, query } => {
                url.set_query((!query.is_empty()).then_some(query));
                ("application/json; charset=utf-8", body.clone())
            }
        };
        let response = self
            .http
            .post(url)
            .bearer_auth(caller.token.expose())
            .header(CONTENT_TYPE, media_type)
            .body(body)
            .send()
            .await
            .map_err(|error| CallError::Transport(exchange::transport(&error)))?;
        *told = Told::by(&response);
        let (status, retry_after) = (response.status(), exchange::retry_after(&response));
        let mut relayed = Relayed::head(&response);
        relayed.body = exchange::bytes(response).await?;
        let error = match status {
            StatusCode::TOO_MANY_REQUESTS => Some(CallError::RateLimited { retry_after }),
            StatusCode::OK => match serde_json::from_slice(&relayed.body) {
                Ok(body) => exchange::refusal(body, retry_after).err(),
                Err(_) => Some(CallError::NotJson),
            },
            other => Some(CallError::Http { status: other.as_u16() }),
        };
        relayed.refusal = error.as_ref().and_then(CallError::code).cloned();
        Ok((relayed, error))
    }
}
