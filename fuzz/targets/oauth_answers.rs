//! Slack's answers to code exchanges and refreshes.
#![no_main]

use grantbook_api::oauth::{AccessResponse, RefreshResponse, V2Access};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let _ = serde_json::from_slice::<AccessResponse>(body);
    let _ = serde_json::from_slice::<RefreshResponse>(body);
    let _ = serde_json::from_slice::<V2Access>(body);
});
