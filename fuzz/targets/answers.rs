//! Answers of methods, and messages that other apps' code sends to the simulator.
#![no_main]

use grantbook_api::{
    message::ResponseMessage,
    methods::{PermissionsInfoAnswer, PermissionsResourcesListAnswer, PermissionsScopesListAnswer},
};
use grantbook_core::{InstallationKey, Scope, Timestamp, request::RequestId};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let _ = serde_json::from_slice::<PermissionsInfoAnswer>(body);
    let _ = serde_json::from_slice::<PermissionsResourcesListAnswer>(body);
    let _ = serde_json::from_slice::<PermissionsScopesListAnswer>(body);
    let _ = serde_json::from_slice::<ResponseMessage>(body);
    if let Ok(text) = std::str::from_utf8(body) {
        // Names that stand in addresses: what is read is written the same way.
        if let Ok(key) = text.parse::<InstallationKey>() {
            assert_eq!(key.to_string(), text);
        }
        if let Ok(id) = text.parse::<RequestId>() {
            assert!(id.to_string().parse() == Ok(id));
        }
        let _ = Scope::parse_list(text);
        if let Ok(moment) = text.parse::<Timestamp>() {
            assert_eq!(moment.to_string().parse(), Ok(moment));
        }
    }
});
