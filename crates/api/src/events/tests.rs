//! Every real delivery in `fixtures/events` is read, or the reason why not stands here.

mod fixtures;
mod properties;
mod skeletons;

use grantbook_core::{ResourceId, ResourceType, Scope, Tenant};
use serde_json::{Value, json};

use super::*;

const SCOPE_GRANTED: &str = include_str!("../../fixtures/seeds/scope_granted.json");
const RESOURCES_ADDED: &str = include_str!("../../fixtures/seeds/resources_added.json");

fn envelope(text: &str) -> Envelope {
    match Delivery::parse(text.as_bytes()) {
        Ok(Delivery::EventCallback(envelope)) => *envelope,
        other => panic!("{other:?}"),
    }
}

fn event(event: Value) -> Result<Event, EventError> {
    Event::from_json(event)
}

#[test]
fn scope_granted_reads_as_the_seed_says() {
    let envelope = envelope(SCOPE_GRANTED);
    assert_eq!(envelope.event_id, "Ev0BQ5FTL0");
    assert_eq!(envelope.event_time, 1_497_911_545);
    assert_eq!(envelope.tenant().unwrap().to_string(), "T061EG9R6");
    let Event::ScopeGranted { scopes, trigger_id } = &envelope.event else {
        panic!("{:?}", envelope.event)
    };
    assert_eq!(scopes, &[Scope::new("commands").unwrap()]);
    assert_eq!(
        trigger_id.as_ref().unwrap().as_str(),
        "11820576016.6048553856.093b9205636ddbfc180e1e74d33e9af6"
    );
}

#[test]
fn resources_added_reads_as_the_seed_says() {
    let Event::ResourcesAdded { resources } = envelope(RESOURCES_ADDED).event else {
        panic!("another event")
    };
    let [
        ResourceGrant {
            resource_type,
            grant,
            scopes,
        },
    ] = resources.as_slice()
    else {
        panic!("one resource")
    };
    assert_eq!(*resource_type, ResourceType::Im);
    assert_eq!(*grant, Grant::Specific(ResourceId::new("D0BH95DLH").unwrap()));
    let scopes: Vec<_> = scopes.iter().map(Scope::as_str).collect();
    assert_eq!(scopes, ["chat:write", "im:read", "im:history", "commands"]);
}

#[test]
fn the_seed_deliveries_are_written_exactly_as_they_were_sent() {
    for text in [SCOPE_GRANTED, RESOURCES_ADDED] {
        let sent: Value = serde_json::from_str(text).unwrap();
        assert_eq!(envelope(text).to_json("verification_token"), sent);
    }
}

#[test]
fn a_missing_verification_token_is_no_fault() {
    let mut sent: Value = serde_json::from_str(SCOPE_GRANTED).unwrap();
    sent.as_object_mut().unwrap().remove("token");
    assert_eq!(envelope(&sent.to_string()), envelope(SCOPE_GRANTED));
    assert!(!format!("{:?}", envelope(SCOPE_GRANTED)).contains("verification_token"));
}

#[test]
fn a_known_event_with_a_malformed_body_is_an_error() {
    for malformed in [
        json!({"type": "scope_granted"}),
        json!({"type": "scope_granted", "scopes": ["Chat Write"]}),
        json!({"type": "scope_granted", "scopes": "commands"}),
        json!({"type": "resources_added", "resources": [{"resource": {"type": "galaxy", "grant": {"type": "wildcard"}}}]}),
        json!({"type": "resources_added", "resources": [{"resource": {"type": "im", "grant": {"type": "specific"}}}]}),
        json!({"type": "resources_removed", "resources": [{"resource": {"type": "im", "grant": {"type": "fuzzy"}}}]}),
        json!({"type": "user_resource_granted", "scopes": ["dnd:write:user"]}),
        json!({"type": "user_resource_removed", "user": "T123"}),
        json!({"type": "tokens_revoked"}),
        json!({"type": "team_access_granted", "team_ids": ["E1"]}),
        json!({"type": "member_joined_channel", "user": "U1"}),
        json!({"type": "member_joined_channel", "user": "U1", "channel": "C1", "channel_type": "Z"}),
        json!({"type": "channel_left"}),
        json!({"type": "message", "channel_type": "app_home", "ts": "1.2"}),
    ] {
        let kind = malformed["type"].as_str().unwrap().to_owned();
        match event(malformed.clone()) {
            Err(EventError::Malformed { kind: named, .. }) => assert_eq!(named, kind),
            other => panic!("{malformed}: {other:?}"),
        }
    }
    assert_eq!(event(json!({})), Err(EventError::NoType));
}

#[test]
fn an_error_repeats_no_value() {
    let error = event(json!({"type": "user_resource_removed", "user": "words of a person"})).unwrap_err();
    assert!(!error.to_string().contains("words"), "{error}");
    assert!(
        error
            .to_string()
            .starts_with("the user_resource_removed event is malformed: ")
    );
}

#[test]
fn a_wildcard_grant_is_read_with_and_without_its_class() {
    let grant = |grant: Value| {
        let resources = json!([{"resource": {"type": "channel", "grant": grant}, "scopes": ["chat:write"]}]);
        match event(json!({"type": "resources_added", "resources": resources})) {
            Ok(Event::ResourcesAdded { mut resources }) => resources.remove(0).grant,
            other => panic!("{other:?}"),
        }
    };
    let channel = Grant::Wildcard {
        class: Some(ResourceType::Channel),
    };
    assert_eq!(
        grant(json!({"type": "wildcard", "wildcard": {"type": "channel"}})),
        channel
    );
    for unclear in [
        json!({"type": "wildcard"}),
        json!({"type": "wildcard", "wildcard": {"type": "every"}}),
    ] {
        assert_eq!(grant(unclear), Grant::Wildcard { class: None });
    }
}

#[test]
fn an_app_home_message_is_typed_and_any_other_message_is_not() {
    let message = json!({
        "type": "message", "channel_type": "app_home", "user": "U1", "channel": "D1", "text": "hello",
        "ts": "1525215129.000001", "event_ts": "1525215129.000001",
    });
    let read = event(message.clone()).unwrap();
    assert!(matches!(&read, Event::AppHomeMessage { text: Some(text), .. } if text == "hello"));
    assert_eq!(read.to_json(0), message);
    let mut elsewhere = message;
    elsewhere["channel_type"] = json!("im");
    assert!(matches!(event(elsewhere), Ok(Event::Unknown { kind, .. }) if kind == "message"));
}

#[test]
fn conversation_types_are_letters_in_membership_events() {
    for (sent, kind) in [
        ("C", ResourceType::Channel),
        ("G", ResourceType::Group),
        ("mpim", ResourceType::Mpim),
    ] {
        let joined =
            json!({"type": "member_joined_channel", "user": "W1", "channel": "C1", "channel_type": sent, "team": "E1"});
        let Ok(Event::MemberJoinedChannel {
            channel_type,
            team,
            inviter: None,
            ..
        }) = event(joined)
        else {
            panic!("{sent}")
        };
        assert_eq!(channel_type, Some(kind));
        assert!(matches!(team, Some(Tenant::Enterprise(_))));
    }
}

#[test]
fn the_first_authorization_names_the_tenant() {
    let tenant = |body: Value| {
        let mut whole = json!({
            "type": "event_callback", "api_app_id": "A1", "event_id": "Ev1", "event_time": 1,
            "event": {"type": "app_uninstalled"},
        });
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        envelope(&whole.to_string()).tenant().map(|tenant| tenant.to_string())
    };
    let both = json!({"team_id": "TSOURCE", "enterprise_id": "ESOURCE"});
    assert_eq!(tenant(both.clone()).as_deref(), Some("TSOURCE"));
    assert_eq!(tenant(json!({"enterprise_id": "E1"})).as_deref(), Some("E1"));
    assert_eq!(tenant(json!({})), None);
    assert_eq!(tenant(json!({"team_id": "", "enterprise_id": null})), None);

    let with = |authorization: Value| {
        let mut body = both.clone();
        body["authorizations"] = json!([authorization]);
        tenant(body)
    };
    let shared = json!({"team_id": "TOURS", "enterprise_id": "EOURS", "user_id": "U1", "is_enterprise_install": false});
    assert_eq!(with(shared).as_deref(), Some("TOURS"));
    let org = json!({"team_id": null, "enterprise_id": "EOURS", "user_id": "U1", "is_enterprise_install": true});
    assert_eq!(with(org).as_deref(), Some("EOURS"));
    assert_eq!(
        with(json!({})).as_deref(),
        Some("TSOURCE"),
        "an authorization that names nobody decides nothing"
    );
}

#[test]
fn what_is_no_delivery_says_why() {
    assert_eq!(Delivery::parse(b"<html>"), Err(DeliveryError::NotJson));
    assert_eq!(Delivery::parse(b""), Err(DeliveryError::NotJson));
    for body in [
        "[]",
        "null",
        "{}",
        r#"{"type":"hello"}"#,
        r#"{"type":"url_verification"}"#,
    ] {
        assert!(
            matches!(Delivery::parse(body.as_bytes()), Err(DeliveryError::Shape { .. })),
            "{body}"
        );
    }
}
