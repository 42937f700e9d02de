//! What Slack signs, before anything in it is believed: shared by the events, interactions and commands doors.

use axum::{body::Bytes, extract::rejection::BytesRejection};
use grantbook_api::signature::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use grantbook_flows::ingest::SignedRequest;
use http::{HeaderMap, StatusCode};

use crate::{error::ApiError, extract::too_large};

/// The body, when all of it arrived.
pub(super) fn whole(body: Result<Bytes, BytesRejection>) -> Result<Bytes, ApiError> {
    body.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        status => ApiError::client(status, "body_cut_short", "The body did not arrive whole."),
    })
}

/// The body with the headers that vouch for it.
pub(super) fn request<'a>(headers: &'a HeaderMap, body: &'a [u8]) -> SignedRequest<'a> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    SignedRequest {
        timestamp: header(TIMESTAMP_HEADER),
        signature: header(SIGNATURE_HEADER),
        body,
    }
}
