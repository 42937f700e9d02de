//! Bodies of the events door: whatever arrives is read or refused, and what was read is written as it was read.
#![no_main]

use grantbook_api::events::Delivery;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    if let Ok(delivery) = Delivery::parse(body) {
        let written = delivery.to_json("token").to_string();
        let again = Delivery::parse(written.as_bytes()).expect("what we write we can read");
        assert_eq!(again, delivery);
    }
});
