//! Forms of the commands door.
#![no_main]

use grantbook_api::commands::CommandRequest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    if let Ok(CommandRequest::Command(command)) = CommandRequest::parse(body) {
        let again = CommandRequest::parse(&command.to_form("token")).expect("what we write we can read");
        assert_eq!(again, CommandRequest::Command(command));
    }
});
