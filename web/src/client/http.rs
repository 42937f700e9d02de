//! Requests and answers: JSON in, JSON out, problem documents as errors.

use std::{cell::RefCell, future::Future, pin::Pin, rc::Rc};

use gloo_net::http::{Method, RequestBuilder, Response};
use grantbook_core::view::Problem;
use serde::{Serialize, de::DeserializeOwned};

use super::UiError;
use crate::document;

/// After so many milliseconds an answer is no longer waited for.
const PATIENCE: u32 = 30_000;

thread_local! {
    static CSRF_TOKEN: RefCell<Option<String>> = const { RefCell::new(None) };
    static SIGNED_OUT: RefCell<Option<Rc<dyn Fn()>>> = const { RefCell::new(None) };
}

/// Calls `handler` whenever the server says that nobody is signed in.
pub fn when_signed_out(handler: impl Fn() + 'static) {
    SIGNED_OUT.set(Some(Rc::new(handler)));
}

/// Remembers the token that requests which change something must carry.
pub(super) fn remember_csrf_token(token: Option<String>) {
    CSRF_TOKEN.set(token);
}

/// The address of a call.
pub(super) fn address(path: &str, query: &str) -> String {
    crate::address::join(&format!("/api/v1/{path}"), query)
}

/// Reads a document.
pub(super) async fn get<T: DeserializeOwned>(path: &str, query: &str) -> Result<T, UiError> {
    ask(Method::GET, address(path, query), None).await.and_then(understood)
}

/// Sends a document and reads the one that answers it.
pub(super) async fn post<T: DeserializeOwned>(path: &str, body: Option<&impl Serialize>) -> Result<T, UiError> {
    let body = body
        .map(serde_json::to_string)
        .transpose()
        .map_err(|_| UiError::unreachable())?;
    ask(Method::POST, address(path, ""), body).await.and_then(understood)
}

/// Sends nothing and reads the document that answers it, if one does (204 is none).
pub(super) async fn post_for_option<T: DeserializeOwned>(path: &str) -> Result<Option<T>, UiError> {
    let answer = ask(Method::POST, address(path, ""), None).await?;
    if answer.status == 204 {
        Ok(None)
    } else {
        understood(answer).map(Some)
    }
}

/// Sends a document that changes another, and reads what that is now.
pub(super) async fn patch<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<T, UiError> {
    let body = serde_json::to_string(body).map_err(|_| UiError::unreachable())?;
    ask(Method::PATCH, address(path, ""), Some(body))
        .await
        .and_then(understood)
}

/// Sends a document that takes the place of another, and reads what that is now.
pub(super) async fn put<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<T, UiError> {
    let body = serde_json::to_string(body).map_err(|_| UiError::unreachable())?;
    ask(Method::PUT, address(path, ""), Some(body))
        .await
        .and_then(understood)
}

/// Sends a document; whatever answers it is not looked at.
pub(super) async fn tell(path: &str, body: &impl Serialize) -> Result<(), UiError> {
    let body = serde_json::to_string(body).map_err(|_| UiError::unreachable())?;
    ask(Method::POST, address(path, ""), Some(body)).await.map(drop)
}

/// Reads a document that may not be there: 204 and 404 are none.
pub(super) async fn get_option<T: DeserializeOwned>(path: &str) -> Result<Option<T>, UiError> {
    match ask(Method::GET, address(path, ""), None).await {
        Ok(answer) if answer.status == 204 => Ok(None),
        Ok(answer) => understood(answer),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads JSON of any shape, to be shown: its members stand below each other.
pub(super) async fn pretty(path: &str, body: Option<&impl Serialize>) -> Result<String, UiError> {
    let method = if body.is_some() { Method::POST } else { Method::GET };
    let body = body
        .map(serde_json::to_string)
        .transpose()
        .map_err(|_| UiError::unreachable())?;
    let Answer { status, text } = ask(method, address(path, ""), body).await?;
    let value = serde_json::from_str::<serde_json::Value>(&text).ok();
    value
        .and_then(|value| serde_json::to_string_pretty(&value).ok())
        .ok_or_else(|| UiError::not_understood(status))
}

/// Removes something.
pub(super) async fn delete(path: &str) -> Result<(), UiError> {
    ask(Method::DELETE, address(path, ""), None).await.map(|_| ())
}

/// What came back, not yet understood.
struct Answer {
    status: u16,
    text: String,
}

/// Boxed, so that it is compiled once and not into every call.
fn ask(
    method: Method,
    address: String,
    body: Option<String>,
) -> Pin<Box<dyn Future<Output = Result<Answer, UiError>>>> {
    Box::pin(async move {
        let answer = send(method, &address, body).await?;
        let (status, ok) = (answer.status(), answer.ok());
        let text = answer.text().await.unwrap_or_default();
        if ok {
            Ok(Answer { status, text })
        } else {
            Err(problem(status, &text))
        }
    })
}

async fn send(method: Method, address: &str, body: Option<String>) -> Result<Response, UiError> {
    let changes = method != Method::GET;
    let mut request = RequestBuilder::new(address)
        .method(method)
        .header("Accept", "application/json")
        .abort_signal(Some(&web_sys::AbortSignal::timeout_with_u32(PATIENCE)));
    if changes && let Some(token) = CSRF_TOKEN.with_borrow(Clone::clone) {
        request = request.header("X-CSRF-Token", &token);
    }
    let request = match body {
        Some(body) => request.header("Content-Type", "application/json").body(body),
        None => request.build(),
    };
    request
        .map_err(|_| UiError::unreachable())?
        .send()
        .await
        .map_err(|_| UiError::unreachable())
}

fn understood<T: DeserializeOwned>(answer: Answer) -> Result<T, UiError> {
    document::read(&answer.text).ok_or_else(|| UiError::not_understood(answer.status))
}

fn problem(status: u16, text: &str) -> UiError {
    let error = document::read::<Problem>(text).map_or_else(|| UiError::not_understood(status), UiError::from);
    if error.code == "not_signed_in"
        && let Some(handler) = SIGNED_OUT.with_borrow(Clone::clone)
    {
        remember_csrf_token(None);
        handler();
    }
    error
}
