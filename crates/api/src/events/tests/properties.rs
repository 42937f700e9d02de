//! What must hold for any bytes and any JSON.

use proptest::prelude::*;
use serde_json::Map;

use super::*;

const KINDS: [&str; 18] = [
    "scope_granted",
    "scope_denied",
    "resources_added",
    "resources_removed",
    "user_resource_granted",
    "user_resource_denied",
    "user_resource_removed",
    "tokens_revoked",
    "app_uninstalled",
    "team_access_granted",
    "team_access_revoked",
    "member_joined_channel",
    "member_left_channel",
    "channel_left",
    "group_left",
    "message",
    "app_mention",
    "",
];

const FIELDS: [&str; 16] = [
    "scopes",
    "trigger_id",
    "resources",
    "resource",
    "grant",
    "type",
    "resource_id",
    "user",
    "tokens",
    "oauth",
    "bot",
    "team_ids",
    "channel",
    "channel_type",
    "team",
    "ts",
];

const TEXTS: [&str; 10] = [
    "",
    "U1",
    "C1",
    "T1",
    "E1",
    "chat:write",
    "app_home",
    "specific",
    "wildcard",
    "xoxa-2-1",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i16>().prop_map(|number| Value::from(f64::from(number) / 4.0)),
        prop::sample::select(&TEXTS[..]).prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(&FIELDS[..]), inner), 0..5).prop_map(object),
        ]
    })
}

fn object(fields: Vec<(&'static str, Value)>) -> Value {
    Value::Object(
        fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<Map<_, _>>(),
    )
}

fn event_like() -> impl Strategy<Value = Value> {
    let fields = prop::collection::vec((prop::sample::select(&FIELDS[..]), any_json()), 0..6);
    (prop::sample::select(&KINDS[..]), fields).prop_map(|(kind, fields)| {
        let mut event = object(fields);
        event["type"] = json!(kind);
        event
    })
}

proptest! {
    #[test]
    fn any_bytes_are_survived(body: Vec<u8>) {
        let _ = Delivery::parse(&body);
    }

    #[test]
    fn any_json_is_survived(body in any_json()) {
        let _ = Delivery::parse(body.to_string().as_bytes());
    }

    #[test]
    fn whatever_can_be_read_can_be_written_and_read_again(event in event_like(), team in "[TE][A-Z0-9]{1,8}", time in any::<i64>()) {
        let tenant: Tenant = team.parse().unwrap();
        let body = json!({
            "type": "event_callback", "api_app_id": "A1", "event": event, "event_id": "Ev1", "event_time": time,
            "authorizations": [{"team_id": "T1", "enterprise_id": team.replace('T', "E")}],
        });
        if let Ok(Delivery::EventCallback(envelope)) = Delivery::parse(body.to_string().as_bytes()) {
            let written = envelope.to_json("t").to_string();
            prop_assert_eq!(Delivery::parse(written.as_bytes()), Ok(Delivery::EventCallback(envelope.clone())));
            let plain = Envelope::new(&tenant, envelope.api_app_id.clone(), envelope.event.clone(), "Ev1", time);
            prop_assert_eq!(plain.tenant(), Some(tenant));
            let written = plain.to_json("t").to_string();
            prop_assert_eq!(Delivery::parse(written.as_bytes()), Ok(Delivery::EventCallback(Box::new(plain))));
        }
    }

    #[test]
    fn a_known_type_is_typed_or_an_error(event in event_like()) {
        let kind = event["type"].as_str().unwrap().to_owned();
        let home = event["channel_type"] == "app_home";
        if let Ok(Event::Unknown { .. }) = Event::from_json(event) {
            prop_assert!(kind == "app_mention" || (kind == "message" && !home), "{kind}");
        }
    }
}
