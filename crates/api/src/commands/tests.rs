//! Commands as they arrive.

use std::fs;

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::*;

/// Every real command, as JSON.
fn files() -> Vec<(String, Map<String, Value>)> {
    let folder = format!("{}/fixtures/interactions/from-tests", env!("CARGO_MANIFEST_DIR"));
    let found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("slash_command"))
        .map(|path| {
            let name = path.display().to_string();
            (name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
        })
        .collect();
    assert_eq!(found.len(), 3, "a fixture was added or lost");
    found
}

fn form<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
        .into_bytes()
}

fn command(body: &[u8]) -> SlashCommand {
    match CommandRequest::parse(body) {
        Ok(CommandRequest::Command(command)) => *command,
        other => panic!("no command: {other:?}"),
    }
}

const FIELDS: [(&str, &str); 15] = [
    ("token", "v3rification"),
    ("team_id", "T061EG9R6"),
    ("team_domain", "subarachnoid"),
    ("enterprise_id", "E1"),
    ("enterprise_name", "Sub & Arachnoid"),
    ("channel_id", "D0BH95DLH"),
    ("channel_name", "directmessage"),
    ("user_id", "U061F7AUR"),
    ("user_name", "izzy"),
    ("command", "/insectoid"),
    ("text", "look up Höhe 5% + more"),
    ("api_app_id", "A0BLA3EP2"),
    ("is_enterprise_install", "false"),
    ("response_url", "https://hooks.slack.com/commands/T061EG9R6/1/s3cret"),
    ("trigger_id", "1.2.3"),
];

/// The form with one field changed, or left out.
fn with(field: &str, value: Option<&str>) -> Vec<u8> {
    form(FIELDS.into_iter().filter_map(|(name, old)| {
        if name == field {
            value.map(|value| (name, value))
        } else {
            Some((name, old))
        }
    }))
}

#[test]
fn a_command_is_written_exactly_as_slack_writes_it() {
    let read = command(&form(FIELDS));
    assert_eq!(read.to_form("v3rification"), form(FIELDS));
    assert_eq!(read.text, "look up Höhe 5% + more");
    assert_eq!(command(&form(FIELDS.into_iter().rev())), read, "order does not matter");
}

#[test]
fn every_real_command_is_read_and_survives_being_written() {
    for (name, fields) in files() {
        let read = command(&form(
            fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str().unwrap())),
        ));
        assert_eq!(command(&read.to_form("t")), read, "{name}");
        assert_eq!(read.command, fields["command"], "{name}");
        assert_eq!(read.tenant().to_string(), "T111", "{name}");
    }
}

#[test]
fn optional_fields_may_be_absent_or_blank() {
    let optional = [
        "team_domain",
        "enterprise_id",
        "enterprise_name",
        "channel_name",
        "user_name",
        "text",
        "api_app_id",
        "is_enterprise_install",
        "response_url",
        "trigger_id",
    ];
    for field in optional {
        assert_eq!(command(&with(field, None)), command(&with(field, Some(""))), "{field}");
    }
}

#[test]
fn what_is_missing_or_malformed_is_named() {
    for field in ["team_id", "channel_id", "user_id", "command"] {
        assert_eq!(
            CommandRequest::parse(&with(field, None)),
            Err(CommandError::Missing { field })
        );
    }
    for (field, value) in [
        ("team_id", "U1"),
        ("user_id", "nobody"),
        ("api_app_id", "x"),
        ("enterprise_id", "T1"),
        ("command", "insectoid"),
        ("is_enterprise_install", "maybe"),
        ("trigger_id", "   "),
    ] {
        assert_eq!(
            CommandRequest::parse(&with(field, Some(value))),
            Err(CommandError::Malformed { field })
        );
    }
}

#[test]
fn a_certificate_check_is_no_command() {
    for body in ["ssl_check=1", "token=x&ssl_check=1", "ssl_check=1&token=x&team_id="] {
        assert_eq!(CommandRequest::parse(body.as_bytes()), Ok(CommandRequest::SslCheck));
    }
    assert!(CommandRequest::parse(b"ssl_check=0").is_err());
}

#[test]
fn an_org_wide_install_belongs_to_the_organization() {
    let org = command(&with("is_enterprise_install", Some("true")));
    assert_eq!(org.tenant().to_string(), "E1");
    assert_eq!(command(&form(FIELDS)).tenant().to_string(), "T061EG9R6");
}

#[test]
fn nothing_printed_shows_a_token_or_a_response_address() {
    let printed = format!("{:?}", command(&form(FIELDS)));
    assert!(
        !printed.contains("s3cret") && !printed.contains("v3rification"),
        "{printed}"
    );
}

proptest! {
    #[test]
    fn any_bytes_are_survived(body: Vec<u8>) {
        let _ = CommandRequest::parse(&body);
    }

    #[test]
    fn whatever_can_be_read_can_be_written_and_read_again(field in 0..FIELDS.len(), value in "\\PC{0,12}") {
        let body = with(FIELDS[field].0, Some(&value));
        if let Ok(CommandRequest::Command(read)) = CommandRequest::parse(&body) {
            prop_assert_eq!(CommandRequest::parse(&read.to_form("t")), Ok(CommandRequest::Command(read)));
        }
    }
}
