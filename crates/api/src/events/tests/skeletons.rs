//! The Java SDK's skeletons: every key an event can have, every value blank.

use std::fs;

use super::*;

/// Skeletons of the types that [`Event`] knows.
const TYPED: [(&str, &str); 10] = [
    ("AppUninstalledPayload", "app_uninstalled"),
    ("ChannelLeftPayload", "channel_left"),
    ("MemberJoinedChannelPayload", "member_joined_channel"),
    ("MemberLeftChannelPayload", "member_left_channel"),
    ("ResourcesRemovedPayload", "resources_removed"),
    ("ScopeDeniedPayload", "scope_denied"),
    ("TokensRevokedPayload", "tokens_revoked"),
    ("UserResourceGrantedPayload", "user_resource_granted"),
    ("UserResourceRemovedPayload", "user_resource_removed"),
    ("MessageChannelJoinPayload", "message"),
];

fn skeletons() -> Vec<(String, Value)> {
    let folder = format!("{}/fixtures/events/java-json-logs", env!("CARGO_MANIFEST_DIR"));
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap())
        })
        .collect();
    found.sort_by(|a: &(String, Value), b| a.0.cmp(&b.0));
    found
}

/// Puts a plausible value into every blank, by the name of its field.
fn fill(name: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(field, inner)| fill(field, inner)),
        Value::Array(items) => items.iter_mut().for_each(|inner| fill(name, inner)),
        Value::String(text) if text.is_empty() => {
            *text = match name {
                "team_id" | "team" | "context_team_id" | "authed_teams" => "T1",
                "enterprise_id" | "enterprise" | "context_enterprise_id" => "E1",
                "api_app_id" => "A1",
                "user" | "user_id" | "inviter" | "actor_id" | "authed_users" | "oauth" | "bot" => "U1",
                "channel" | "resource_id" => "C1",
                "channel_type" => "C",
                "scopes" => "chat:write",
                _ => "x",
            }
            .to_owned();
        }
        _ => {}
    }
}

#[test]
fn blank_skeletons_are_refused_and_panic_nothing() {
    for (name, mut body) in skeletons() {
        assert!(
            Delivery::parse(body.to_string().as_bytes()).is_err(),
            "{name}: a blank `api_app_id` names no app"
        );
        body["type"] = json!("event_callback");
        assert!(Delivery::parse(body.to_string().as_bytes()).is_err(), "{name}");
    }
}

#[test]
fn filled_skeletons_have_the_fields_that_the_types_read() {
    for (name, kind) in TYPED {
        let (_, mut body) = skeletons().into_iter().find(|(found, _)| found == name).unwrap();
        body["type"] = json!("event_callback");
        if kind == "message" {
            body["event"]["channel_type"] = json!("app_home");
        }
        if kind == "resources_removed" {
            body["event"]["resources"][0]["resource"]["type"] = json!("channel");
            body["event"]["resources"][0]["resource"]["grant"]["type"] = json!("specific");
        }
        fill("", &mut body);
        let envelope = envelope(&body.to_string());
        assert_eq!(envelope.event.kind(), kind);
        assert!(!matches!(envelope.event, Event::Unknown { .. }), "{name}");
        assert_eq!(envelope.tenant().unwrap().to_string(), "T1");
    }
}
