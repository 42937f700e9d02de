//! Slack's request signature, version 0: made by the simulator, checked by the console.
//!
//! The signed text is `v0:{timestamp}:{raw body}` and the signature `v0=` with the lower-case hex of
//! its HMAC-SHA256 under the app's signing secret. Events, interactions, slash commands and option
//! loads are all signed this way. The body must be the raw bytes, before any decoding.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::secret::SigningSecret;

/// The header that carries [`sign`]'s answer.
pub const SIGNATURE_HEADER: &str = "x-slack-signature";

/// The header that carries the moment of signing, in seconds since the epoch.
pub const TIMESTAMP_HEADER: &str = "x-slack-request-timestamp";

/// How far the timestamp may be from now, in seconds, into the past or the future.
pub const WINDOW_SECONDS: u64 = 300;

/// The version label before the signature.
const VERSION_PREFIX: &str = "v0=";

/// Why a delivery is not believed. Says nothing about the signature that would have been right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// One of the two headers is not there.
    #[error("the header {0} is missing")]
    MissingHeader(&'static str),
    /// The timestamp is not a number of seconds.
    #[error("the header {TIMESTAMP_HEADER} is not a number of seconds")]
    MalformedTimestamp,
    /// Signed too long ago, or too far in the future: a replay, or a clock that is wrong.
    #[error("signed {age_seconds} s ago, outside the window of {WINDOW_SECONDS} s")]
    Stale {
        /// Now less the timestamp; negative when the timestamp lies in the future.
        age_seconds: i64,
    },
    /// The signature is not `v0=` and 64 hex digits.
    #[error("the header {SIGNATURE_HEADER} is not a version 0 signature")]
    MalformedSignature,
    /// Somebody else signed it, or somebody changed it on its way.
    #[error("the signature does not match the body")]
    Mismatch,
}

/// The signature of a body sent at `timestamp_seconds`, as Slack writes it: `v0=…`.
pub fn sign(secret: &SigningSecret, timestamp_seconds: i64, body: &[u8]) -> String {
    let mac = authenticator(secret, &timestamp_seconds.to_string(), body);
    format!("{VERSION_PREFIX}{}", hex::encode(mac.finalize().into_bytes()))
}

/// Checks the two headers of a delivery against its raw body, in constant time.
///
/// `now_seconds` is the receiver's clock in seconds since the epoch.
pub fn verify(
    secret: &SigningSecret,
    timestamp_header: Option<&str>,
    signature_header: Option<&str>,
    body: &[u8],
    now_seconds: i64,
) -> Result<(), SignatureError> {
    let timestamp = timestamp_header.ok_or(SignatureError::MissingHeader(TIMESTAMP_HEADER))?;
    let signature = signature_header.ok_or(SignatureError::MissingHeader(SIGNATURE_HEADER))?;
    let signed_at = seconds(timestamp)?;
    if now_seconds.abs_diff(signed_at) > WINDOW_SECONDS {
        return Err(SignatureError::Stale {
            age_seconds: now_seconds.saturating_sub(signed_at),
        });
    }
    let claimed = signature_bytes(signature)?;
    if secret.expose().is_empty() {
        // Anybody can sign with an empty key: an app registered without its secret believes nobody.
        return Err(SignatureError::Mismatch);
    }
    authenticator(secret, timestamp, body)
        .verify_slice(&claimed)
        .map_err(|_| SignatureError::Mismatch)
}

fn authenticator(secret: &SigningSecret, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("a key of any length");
    mac.update(b"v0:");
    mac.update(timestamp.as_bytes());
    mac.update(b":");
    mac.update(body);
    mac
}

fn seconds(header: &str) -> Result<i64, SignatureError> {
    if !header.bytes().all(|b| b.is_ascii_digit()) {
        return Err(SignatureError::MalformedTimestamp);
    }
    header.parse().map_err(|_| SignatureError::MalformedTimestamp)
}

fn signature_bytes(header: &str) -> Result<[u8; 32], SignatureError> {
    let digits = header
        .strip_prefix(VERSION_PREFIX)
        .ok_or(SignatureError::MalformedSignature)?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| SignatureError::MalformedSignature)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    const NOW: i64 = 1_531_420_618;

    fn secret() -> SigningSecret {
        SigningSecret::new("8f742231b10e8888abcd99yyyzzz85a5")
    }

    fn verdict(timestamp: Option<&str>, signature: Option<&str>, now: i64) -> Result<(), SignatureError> {
        verify(&secret(), timestamp, signature, b"body", now)
    }

    #[test]
    fn the_published_vector_is_reproduced_and_believed() {
        let vector: Value = serde_json::from_str(include_str!(
            "../fixtures/interactions/from-tests/signature-vector.slackapi-python-slack-sdk.json"
        ))
        .unwrap();
        let field = |name: &str| vector[name].as_str().unwrap();
        let secret = SigningSecret::new(field("signing_secret"));
        let body = field("body").as_bytes();
        assert_eq!(sign(&secret, NOW, body), field("signature"));
        let outcome = verify(&secret, Some(field("timestamp")), Some(field("signature")), body, NOW);
        assert_eq!(outcome, Ok(()));
    }

    #[test]
    fn missing_headers_are_named() {
        assert_eq!(
            verdict(None, Some("v0=00"), NOW),
            Err(SignatureError::MissingHeader(TIMESTAMP_HEADER))
        );
        assert_eq!(
            verdict(Some("1"), None, NOW),
            Err(SignatureError::MissingHeader(SIGNATURE_HEADER))
        );
    }

    #[test]
    fn the_window_is_five_minutes_both_ways() {
        let signature = sign(&secret(), NOW, b"body");
        let at = |now| verdict(Some("1531420618"), Some(&signature), now);
        assert_eq!(at(NOW + 300), Ok(()));
        assert_eq!(at(NOW - 300), Ok(()));
        assert_eq!(at(NOW + 301), Err(SignatureError::Stale { age_seconds: 301 }));
        assert_eq!(at(NOW - 301), Err(SignatureError::Stale { age_seconds: -301 }));
        let far = verdict(Some("9223372036854775807"), Some(&signature), -2);
        assert_eq!(far, Err(SignatureError::Stale { age_seconds: i64::MIN }), "no overflow");
    }

    #[test]
    fn malformed_headers_are_refused() {
        let signature = sign(&secret(), NOW, b"body");
        for timestamp in ["", "+1531420618", "-1", "1531420618.5", "99999999999999999999", "now"] {
            assert_eq!(
                verdict(Some(timestamp), Some(&signature), NOW),
                Err(SignatureError::MalformedTimestamp)
            );
        }
        for bad in [
            "",
            "v0=",
            "v0=00",
            "v1=00",
            &signature[3..],
            &format!("{signature}00"),
            "v0=zz",
        ] {
            assert_eq!(
                verdict(Some("1531420618"), Some(bad), NOW),
                Err(SignatureError::MalformedSignature)
            );
        }
    }

    #[test]
    fn an_empty_secret_believes_nobody() {
        let empty = SigningSecret::new("");
        let signature = sign(&empty, NOW, b"body");
        let outcome = verify(&empty, Some("1531420618"), Some(&signature), b"body", NOW);
        assert_eq!(outcome, Err(SignatureError::Mismatch));
    }

    #[test]
    fn an_error_never_shows_the_right_signature() {
        let right = sign(&secret(), NOW, b"body");
        let wrong = sign(&secret(), NOW, b"other");
        let error = verdict(Some("1531420618"), Some(&wrong), NOW).unwrap_err();
        assert_eq!(error, SignatureError::Mismatch);
        assert!(!format!("{error} {error:?}").contains(&right[3..]));
    }

    proptest! {
        #[test]
        fn what_was_signed_is_believed(key in ".{1,80}", at in 0..i64::MAX, body: Vec<u8>) {
            let secret = SigningSecret::new(key);
            let signature = sign(&secret, at, &body);
            prop_assert_eq!(verify(&secret, Some(&at.to_string()), Some(&signature), &body, at), Ok(()));
        }

        #[test]
        fn any_flipped_bit_is_refused(body in prop::collection::vec(any::<u8>(), 1..200), place: prop::sample::Index, bit in 0..8u8) {
            let signature = sign(&secret(), NOW, &body);
            let mut changed = body.clone();
            *place.get_mut(&mut changed) ^= 1 << bit;
            let outcome = verify(&secret(), Some("1531420618"), Some(&signature), &changed, NOW);
            prop_assert_eq!(outcome, Err(SignatureError::Mismatch));
        }

        #[test]
        fn any_headers_are_survived(timestamp in "\\PC{0,30}", signature in "\\PC{0,80}") {
            prop_assert!(verdict(Some(&timestamp), Some(&signature), NOW).is_err());
        }
    }
}
