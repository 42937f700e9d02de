//! Headers and bodies of signed requests: nothing but the right signature is believed.
#![no_main]

use grantbook_api::{secret::SigningSecret, signature};
use libfuzzer_sys::fuzz_target;

const NOW: i64 = 1_531_420_618;

fuzz_target!(|parts: (Option<String>, Option<String>, Vec<u8>)| {
    let (timestamp, given, body) = parts;
    let secret = SigningSecret::new("8f742231b10e8888abcd99yyyzzz85a5");
    if signature::verify(&secret, timestamp.as_deref(), given.as_deref(), &body, NOW).is_ok() {
        let at: i64 = timestamp.expect("believed with a timestamp").trim().parse().expect("a number");
        let right = signature::sign(&secret, at, &body);
        assert_eq!(given.map(|text| text.trim().to_ascii_lowercase()), Some(right));
    }
});
