//! Every OAuth answer that was ever recorded here is read as what its file's name says it is.

use std::{fs, path::PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{AccessResponse, OpenidToken, OpenidUserInfo, ToolingTokens, V2Access, V2Rotated, V2UserToken};
use crate::error::ErrorCode;

fn files() -> Vec<(String, Value)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/oauth");
    let mut found = Vec::new();
    for folder in fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.strip_prefix(&root).unwrap().display().to_string();
            found.push((name, serde_json::from_slice(&fs::read(&path).unwrap()).unwrap()));
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

/// Reads an answer, and says how it prints.
fn printed<T: DeserializeOwned + std::fmt::Debug>(value: Value) -> Result<String, serde_json::Error> {
    serde_json::from_value::<T>(value).map(|answer| format!("{answer:?}"))
}

fn read(name: &str, value: Value) -> Result<String, serde_json::Error> {
    let file = name.rsplit('/').next().unwrap();
    if file.starts_with("openid.connect.userInfo") {
        printed::<OpenidUserInfo>(value)
    } else if file.starts_with("openid.connect.token") || value.get("id_token").is_some() && value.get("team").is_none()
    {
        printed::<OpenidToken>(value)
    } else if file.starts_with("tooling.tokens.rotate") {
        printed::<ToolingTokens>(value)
    } else if file.starts_with("oauth.v2.user.access") {
        printed::<V2UserToken>(value)
    } else if file.starts_with("oauth.v2.exchange") {
        printed::<V2Rotated>(value)
    } else if file.starts_with("oauth.v2") || file.starts_with("access.") {
        printed::<V2Access>(value)
    } else {
        printed::<AccessResponse>(value)
    }
}

#[test]
fn every_recorded_answer_is_read_or_is_a_refusal_with_a_known_name() {
    let (mut answers, mut refusals, mut skeletons) = (0, 0, 0);
    for (name, value) in files() {
        // The older `oauth.token` says `ok`, too, where it succeeds; some examples forget it.
        match value.get("error").and_then(Value::as_str) {
            Some("") => {
                skeletons += 1;
                assert_eq!(value["ok"], false, "{name}: a skeleton of blanks is no answer");
            }
            Some(error) => {
                refusals += 1;
                assert!(
                    !matches!(ErrorCode::from(error), ErrorCode::Other(_)),
                    "{name}: {error}"
                );
            }
            None => {
                answers += 1;
                let printed = read(&name, value).unwrap_or_else(|error| panic!("{name}: {error}"));
                assert!(!printed.contains("xox"), "{name} prints a token: {printed}");
            }
        }
    }
    assert_eq!(
        (answers, refusals, skeletons),
        (27, 10, 4),
        "a fixture was added or lost"
    );
}
