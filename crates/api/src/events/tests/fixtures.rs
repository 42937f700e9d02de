//! Real-valued deliveries.

use std::{collections::BTreeSet, fs, path::Path};

use super::*;

/// Files that are no delivery to this console, and why.
const REFUSED: [(&str, &str); 2] = [
    (
        "from-tests/app_rate_limited.slackapi-java-slack-sdk.e886c222.json",
        "its ids are the words `team-id` and `api-app-id`",
    ),
    (
        "python-slack-events-api/reaction_added.json",
        "a wrapper of 2016, before `event_id` and `event_time`: duplicates could not be told",
    ),
];

/// Ids that test authors invented with an underscore, which Slack's never have.
const PLACEHOLDERS: [(&str, &str); 5] = [
    ("T_INSTALLED", "TINSTALLED"),
    ("E_INSTALLED", "EINSTALLED"),
    ("T_SOURCE", "TSOURCE"),
    ("E_SOURCE", "ESOURCE"),
    ("B_DIFFERENT_ONE", "BDIFFERENTONE"),
];

/// Names and texts of all real-valued files.
fn files() -> Vec<(String, String)> {
    let root = format!("{}/fixtures/events", env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["", "from-tests/", "python-slack-events-api/"] {
        for entry in fs::read_dir(Path::new(&root).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = format!("{folder}{}", path.file_name().unwrap().to_str().unwrap());
                let text = PLACEHOLDERS
                    .iter()
                    .fold(fs::read_to_string(&path).unwrap(), |text, (from, to)| {
                        text.replace(from, to)
                    });
                found.push((name, text));
            }
        }
    }
    found.sort();
    assert_eq!(found.len(), 36, "a fixture was added or lost");
    found
}

fn file(name: &str) -> Envelope {
    let (_, text) = files().into_iter().find(|(found, _)| found.contains(name)).unwrap();
    envelope(&text)
}

#[test]
fn every_real_delivery_is_read_and_survives_being_written() {
    for (name, text) in files() {
        let outcome = Delivery::parse(text.as_bytes());
        if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
            assert!(
                matches!(outcome, Err(DeliveryError::Shape { .. })),
                "{name} ({why}): {outcome:?}"
            );
            continue;
        }
        let delivery = outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
        let written = delivery.to_json("a token").to_string();
        assert_eq!(Delivery::parse(written.as_bytes()), Ok(delivery), "{name}");
    }
}

#[test]
fn exactly_the_known_types_are_typed() {
    let mut typed = BTreeSet::new();
    let mut untyped = BTreeSet::new();
    for (_, text) in files() {
        if let Ok(Delivery::EventCallback(envelope)) = Delivery::parse(text.as_bytes()) {
            let list = if matches!(envelope.event, Event::Unknown { .. }) {
                &mut untyped
            } else {
                &mut typed
            };
            list.insert(envelope.event.kind().to_owned());
        }
    }
    let typed: Vec<_> = typed.iter().map(String::as_str).collect();
    let untyped: Vec<_> = untyped.iter().map(String::as_str).collect();
    assert_eq!(
        typed,
        [
            "app_uninstalled",
            "resources_added",
            "team_access_granted",
            "team_access_revoked",
            "tokens_revoked"
        ]
    );
    assert_eq!(
        untyped,
        [
            "app_home_opened",
            "app_mention",
            "function_executed",
            "message",
            "reaction_added"
        ]
    );
}

#[test]
fn an_organizations_delivery_has_no_workspace() {
    for name in [
        "team_access_granted",
        "team_access_revoked",
        "app_uninstalled.slackapi-bolt-python.301c2b5b",
    ] {
        assert_eq!(file(name).tenant().unwrap().to_string(), "E111", "{name}");
    }
    let Event::TokensRevoked { oauth, bot } = file("tokens_revoked.slackapi-bolt-python.31926971").event else {
        panic!("another event")
    };
    assert_eq!((oauth[0].as_str(), bot[0].as_str()), ("W111", "W222"));
}

#[test]
fn slack_connect_names_the_tenant_in_its_authorization() {
    let envelope = file("app_mention.slackapi-bolt-python.34f258ad");
    assert_eq!(envelope.tenant().unwrap().to_string(), "TINSTALLED");
    let foreign = file("reaction_added.slackapi-bolt-python.8c253cbe");
    assert_eq!(foreign.team_id.as_ref().unwrap().as_str(), "TSOURCE");
    assert_eq!(foreign.tenant().unwrap().to_string(), "TINSTALLED");
    assert_eq!(
        file("app_home_opened.slackapi-bolt-python.59d47560")
            .tenant()
            .unwrap()
            .to_string(),
        "E111"
    );
}

#[test]
fn no_working_token_is_kept_from_an_unknown_event() {
    let Event::Unknown { kind, payload } = file("function_executed.slackapi-bolt-python.2fad434e").event else {
        panic!("a typed event")
    };
    assert_eq!(kind, "function_executed");
    assert_eq!(payload["bot_access_token"], "");
    assert_eq!(payload["function_execution_id"], "Fx111");
}

#[test]
fn the_address_check_brings_its_challenge() {
    let challenges: Vec<_> = files()
        .into_iter()
        .filter_map(|(_, text)| match Delivery::parse(text.as_bytes()) {
            Ok(Delivery::UrlVerification { challenge }) => Some(challenge),
            _ => None,
        })
        .collect();
    assert_eq!(challenges, ["challenge-value", "valid_challenge_token"]);
}
