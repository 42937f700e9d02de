//! Forms of the interactions door.
#![no_main]

use grantbook_api::interactions::Interaction;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    if let Ok(interaction) = Interaction::parse(body) {
        let again = Interaction::parse(&interaction.to_form("token")).expect("what we write we can read");
        assert_eq!(again, interaction);
    }
    // The payload itself, without the form around it, is where the depth is.
    if let Ok(payload) = serde_json::from_slice(body) {
        let _ = Interaction::from_json(payload);
    }
});
