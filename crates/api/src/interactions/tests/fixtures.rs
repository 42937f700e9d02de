//! Real payloads.

use std::{collections::BTreeMap, fs, path::Path};

use super::*;

/// A payload whose author left every id blank.
const BLANK: &str = "from-tests/block_actions.slackapi-java-slack-sdk.7e4677ce.json";

/// Names and payloads of all files that are interactions.
fn files() -> Vec<(String, Value)> {
    let root = format!("{}/fixtures/interactions", env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["from-tests", "integrations-slack", "java-json-logs"] {
        for entry in fs::read_dir(Path::new(&root).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap());
            // Ids with an underscore are inventions of test authors.
            let text = fs::read_to_string(&path).unwrap().replace("T_expected", "TEXPECTED");
            let payload: Value = serde_json::from_str(&text).unwrap();
            if payload.get("type").is_some() {
                found.push((name, payload));
            }
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    assert_eq!(found.len(), 60, "a fixture was added or lost");
    found
}

/// Whether a file has keys and no values, as the Java SDK's skeletons do.
fn is_skeleton(name: &str) -> bool {
    name == BLANK || name.starts_with("java-json-logs/")
}

/// Puts a plausible value into every blank, by the names of its field and of the object around it.
fn fill(around: &str, name: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (field, inner) in fields {
                fill(name, field, inner);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| fill(around, name, inner)),
        Value::String(text) if text.is_empty() => {
            *text = match (around, name) {
                ("team", "id") | (_, "team_id") => "T1",
                ("enterprise", "id") | (_, "enterprise_id") => "E1",
                ("user", "id") => "U1",
                ("channel", "id") | (_, "channel_id") => "C1",
                (_, "api_app_id") => "A1",
                (_, "attachment_id") => "1",
                ("actions", "type") => "button",
                _ => "x",
            }
            .to_owned();
        }
        _ => {}
    }
}

#[test]
fn every_real_payload_is_read_and_survives_being_written() {
    let mut kinds = BTreeMap::new();
    for (name, mut payload) in files() {
        if is_skeleton(&name) {
            fill("", "", &mut payload);
        }
        let interaction = Interaction::parse(&form(&payload)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(interaction.kind(), payload["type"], "{name}");
        let typed = !matches!(interaction, Interaction::Unknown { .. });
        assert_eq!(
            typed,
            ["interactive_message", "block_actions"].contains(&interaction.kind()),
            "{name}"
        );
        *kinds.entry(interaction.kind().to_owned()).or_insert(0) += 1;
        let written = interaction.to_form("a token");
        assert_eq!(Interaction::parse(&written), Ok(interaction), "{name}");
    }
    assert_eq!((kinds["interactive_message"], kinds["block_actions"]), (5, 13));
}

#[test]
fn blank_ids_are_refused() {
    for (name, payload) in files() {
        let known = ["interactive_message", "block_actions"].contains(&payload["type"].as_str().unwrap());
        if is_skeleton(&name) && known {
            assert!(Interaction::parse(&form(&payload)).is_err(), "{name}");
        }
    }
}

#[test]
fn what_the_payloads_say_is_kept() {
    let read = |part: &str| {
        let (_, payload) = files().into_iter().find(|(name, _)| name.contains(part)).unwrap();
        Interaction::parse(&form(&payload)).unwrap()
    };
    let Interaction::Message(menu) = read("interactive_message.slackapi-bolt-python") else {
        panic!("another kind")
    };
    assert_eq!(menu.action, MessageAction::select("channel_list", "C111"));
    assert_eq!(menu.original_message.unwrap()["attachments"][0]["id"], 1);
    let Interaction::Message(untyped) = read("unfurlSettingsAutoGetSettingsForRepo") else {
        panic!("another kind")
    };
    assert_eq!(untyped.action.value(), Some("12345|integrations/snappydoo"));

    let org = read("block_actions.slackapi-bolt-python.8a6d165f");
    assert_eq!(org.tenant().unwrap().to_string(), "E111");
    let Interaction::Blocks(remote) = read("block_actions.slackapi-java-slack-sdk.6c18a3a4") else {
        panic!("another kind")
    };
    assert_eq!(remote.container.message_ts.as_deref(), Some("1700455285.968429"));
    let printed = format!("{remote:?}");
    assert!(
        !printed.contains("xwfp") && !printed.contains("interactor-secret"),
        "no working token is kept: {printed}"
    );
    let Interaction::Blocks(home) = read("block_actions.slackapi-java-slack-sdk.ec292ebd") else {
        panic!("another kind")
    };
    assert_eq!(
        (home.container.view_id.as_deref(), home.channel_id()),
        (Some("V123"), None)
    );
}
