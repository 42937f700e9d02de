//! Reading a call's body: all of what was announced, or `request_timeout`.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use grantbook_api::ErrorCode;
use http::{HeaderMap, StatusCode, header};

/// The largest body accepted, in bytes.
pub(super) const LIMIT: usize = 2 << 20;

/// How long a body may take, in real time.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why a body was not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is too long: HTTP's own answer.
    Status(StatusCode),
    /// It is not all there: the caller announced more than it sent.
    Refused(ErrorCode),
}

/// The body, once all of it is there.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Unread> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    let announced: Option<usize> = announced.and_then(|text| text.parse().ok());
    if announced.is_some_and(|length| length > LIMIT) {
        return Err(Unread::Status(StatusCode::PAYLOAD_TOO_LARGE));
    }
    match tokio::time::timeout(PATIENCE, to_bytes(body, LIMIT)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) if announced.is_none() => Err(Unread::Status(StatusCode::PAYLOAD_TOO_LARGE)),
        Ok(Err(_)) | Err(_) => Err(Unread::Refused(ErrorCode::RequestTimeout)),
    }
}
