//! What must hold for any bytes and any JSON.

use proptest::prelude::*;
use serde_json::Map;

use super::*;

const FIELDS: [&str; 22] = [
    "type",
    "actions",
    "name",
    "value",
    "selected_options",
    "selected_option",
    "callback_id",
    "team",
    "id",
    "enterprise",
    "channel",
    "user",
    "container",
    "attachment_id",
    "original_message",
    "response_url",
    "trigger_id",
    "api_app_id",
    "action_id",
    "block_id",
    "is_enterprise_install",
    "state",
];

const TEXTS: [&str; 11] = [
    "",
    "U1",
    "C1",
    "T1",
    "E1",
    "A1",
    "button",
    "select",
    "checkboxes",
    "true",
    "1.2.3",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(&TEXTS[..]).prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(&FIELDS[..]), inner), 0..5).prop_map(object),
        ]
    })
}

fn object(fields: Vec<(&'static str, Value)>) -> Value {
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
    Value::Object(fields.collect::<Map<_, _>>())
}

/// A good payload with some of its fields, at the top or inside, replaced by anything.
fn almost_good() -> impl Strategy<Value = Value> {
    let changes = prop::collection::vec((prop::sample::select(&FIELDS[..]), any_json(), 0_usize..3), 0..4);
    (any::<bool>(), changes).prop_map(|(legacy, changes)| {
        let mut payload = if legacy { press() } else { block_press() };
        for (field, value, place) in changes {
            let inside = match place {
                1 => payload.get_mut("user"),
                2 => payload.get_mut("actions").and_then(|actions| actions.get_mut(0)),
                _ => None,
            };
            let target = match inside {
                Some(inner) if inner.is_object() => inner,
                _ => &mut payload,
            };
            if field != "type" || place != 0 {
                target[field] = value;
            }
        }
        payload
    })
}

proptest! {
    #[test]
    fn any_bytes_are_survived(body: Vec<u8>) {
        let _ = Interaction::parse(&body);
        let _ = Interaction::parse(&[b"payload=", body.as_slice()].concat());
    }

    #[test]
    fn any_json_is_survived(payload in any_json()) {
        let _ = Interaction::parse(&form(&payload));
    }

    #[test]
    fn whatever_can_be_read_can_be_written_and_read_again(payload in almost_good()) {
        if let Ok(interaction) = Interaction::parse(&form(&payload)) {
            prop_assert_eq!(Interaction::parse(&interaction.to_form("t")), Ok(interaction));
        }
    }

    #[test]
    fn a_known_kind_is_typed_or_an_error(payload in almost_good()) {
        let kind = payload["type"].as_str().map(str::to_owned);
        if let Ok(Interaction::Unknown { kind: read }) = Interaction::parse(&form(&payload)) {
            prop_assert!(!["interactive_message", "block_actions"].contains(&read.as_str()), "{kind:?}");
        }
    }
}
