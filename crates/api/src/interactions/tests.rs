//! Interactions as they arrive.

mod fixtures;
mod properties;

use super::*;

/// The form that carries a payload.
fn form(payload: &Value) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &payload.to_string())
        .finish()
        .into_bytes()
}

fn press() -> Value {
    json!({
        "type": "interactive_message",
        "actions": [{"name": "add_commands", "type": "button", "value": "add"}],
        "callback_id": "perm_request_1234",
        "team": {"id": "T061EG9R6", "domain": "subarachnoid"},
        "channel": {"id": "D0BH95DLH", "name": "directmessage"},
        "user": {"id": "U061F7AUR", "name": "izzy"},
        "action_ts": "1520966872.245369",
        "message_ts": "1520965348.000538",
        "attachment_id": "1",
        "token": "v3rification",
        "is_app_unfurl": false,
        "original_message": {"text": "New feature alert", "ts": "1520965348.000538"},
        "response_url": "https://hooks.slack.com/actions/T061EG9R6/1/s3cret",
        "trigger_id": "11820576016.6048553856.093b9205636ddbfc180e1e74d33e9af6",
    })
}

fn block_press() -> Value {
    json!({
        "type": "block_actions", "api_app_id": "A1", "user": {"id": "U1", "username": "izzy", "team_id": "T1"},
        "team": null, "enterprise": null, "token": "v3rification", "channel": null,
        "container": {"type": "message", "message_ts": "1.2", "channel_id": "C1", "is_ephemeral": false},
        "actions": [{"action_id": "a", "block_id": "b", "type": "button", "value": "v"}],
    })
}

#[test]
fn a_pressed_button_is_written_exactly_as_slack_writes_it() {
    let interaction = Interaction::parse(&form(&press())).unwrap();
    assert_eq!(interaction.to_json("v3rification"), press());
    assert_eq!(interaction.to_form("v3rification"), form(&press()));
    assert_eq!(interaction.user().unwrap().as_str(), "U061F7AUR");
    assert_eq!(interaction.channel().unwrap().as_str(), "D0BH95DLH");
    assert_eq!(interaction.tenant().unwrap().to_string(), "T061EG9R6");
    let Interaction::Message(message) = interaction else {
        panic!("another kind")
    };
    assert_eq!(message.action, MessageAction::button("add_commands", "add"));
    assert_eq!(message.attachment_id, Some(1));
    assert_eq!(message.user.handle(), Some("izzy"));
}

#[test]
fn other_fields_of_the_form_do_not_matter() {
    let mut body = b"a=1&payloads=x&".to_vec();
    body.extend(form(&press()));
    body.extend(b"&payload=second");
    assert!(matches!(Interaction::parse(&body), Ok(Interaction::Message(_))));
    assert_eq!(Interaction::parse(b"ssl_check=1"), Err(InteractionError::NoPayload));
    assert_eq!(Interaction::parse(b""), Err(InteractionError::NoPayload));
    assert_eq!(Interaction::parse(b"payload="), Err(InteractionError::NotJson));
    assert_eq!(Interaction::parse(b"payload=%7B"), Err(InteractionError::NotJson));
}

#[test]
fn optional_fields_may_be_absent_null_or_blank() {
    for nothing in [None, Some(Value::Null), Some(json!(""))] {
        let mut payload = press();
        for field in ["action_ts", "message_ts", "attachment_id", "response_url", "trigger_id"] {
            set(&mut payload, field, nothing.clone());
        }
        let interaction = Interaction::parse(&form(&payload)).unwrap();
        assert!(interaction.trigger_id().is_none() && interaction.response_url().is_none());
    }
    for nothing in [None, Some(Value::Null), Some(json!({"id": "", "name": ""}))] {
        let mut payload = block_press();
        for field in ["team", "enterprise", "channel"] {
            set(&mut payload, field, nothing.clone());
        }
        let interaction = Interaction::parse(&form(&payload)).unwrap();
        assert_eq!(interaction.tenant(), None);
        assert_eq!(
            interaction.channel().unwrap().as_str(),
            "C1",
            "the container names it too"
        );
    }
}

fn set(payload: &mut Value, field: &str, value: Option<Value>) {
    let fields = payload.as_object_mut().unwrap();
    match value {
        Some(value) => fields.insert(field.to_owned(), value),
        None => fields.remove(field),
    };
}

#[test]
fn a_malformed_known_kind_is_an_error_and_never_unknown() {
    let wrong = [
        ("actions", json!([])),
        (
            "actions",
            json!([{"name": "a", "type": "button"}, {"name": "b", "type": "button"}]),
        ),
        ("actions", json!([{"name": "a", "type": "slider"}])),
        ("actions", json!([{"name": "a", "type": "select"}])),
        ("actions", Value::Null),
        ("callback_id", json!("")),
        ("user", json!({"id": "xoxa-2-slipped"})),
        ("channel", json!({"name": "x"})),
        ("team", json!({"id": "U1"})),
        ("attachment_id", json!("first")),
        ("trigger_id", json!(" ")),
    ];
    for (field, value) in wrong {
        let mut payload = press();
        payload[field] = value;
        let error = Interaction::parse(&form(&payload)).unwrap_err();
        assert!(matches!(error, InteractionError::Shape { .. }), "{field}: {error}");
        assert!(!error.to_string().contains("slipped"), "{error}");
    }
    let wrong = [
        ("actions", json!([])),
        ("actions", json!([{"action_id": "a", "type": "button", "value": 1}])),
        (
            "actions",
            json!([{"action_id": "a", "type": "static_select", "selected_option": "x"}]),
        ),
        ("api_app_id", json!("")),
        ("user", Value::Null),
    ];
    for (field, value) in wrong {
        let mut payload = block_press();
        payload[field] = value;
        assert!(
            matches!(Interaction::parse(&form(&payload)), Err(InteractionError::Shape { .. })),
            "{field}"
        );
    }
    for blank in [
        json!({}),
        json!({"type": ""}),
        json!({"type": 1}),
        json!([]),
        json!("x"),
    ] {
        assert!(Interaction::from_json(blank).is_err());
    }
}

#[test]
fn unknown_kinds_keep_their_name_only() {
    let view = json!({"type": "view_submission", "token": "t", "view": {"id": "V1"}});
    let unknown = Interaction::parse(&form(&view)).unwrap();
    assert_eq!(
        unknown,
        Interaction::Unknown {
            kind: "view_submission".to_owned()
        }
    );
    assert_eq!(unknown.kind(), "view_submission");
    assert!(unknown.user().is_none() && unknown.tenant().is_none());
}

#[test]
fn every_element_type_says_what_was_chosen_in_its_own_way() {
    let cases = [
        ("button", json!({"value": "v"}), vec!["v"]),
        ("button", json!({}), vec![]),
        (
            "static_select",
            json!({"selected_option": {"text": {"type": "plain_text", "text": "V"}, "value": "v"}}),
            vec!["v"],
        ),
        ("overflow", json!({"selected_option": null}), vec![]),
        (
            "checkboxes",
            json!({"selected_options": [{"value": "a"}, {"value": "b"}]}),
            vec!["a", "b"],
        ),
        ("users_select", json!({"selected_user": "U1"}), vec!["U1"]),
        (
            "conversations_select",
            json!({"selected_conversation": "C1"}),
            vec!["C1"],
        ),
        (
            "multi_channels_select",
            json!({"selected_channels": ["C1", "C2"]}),
            vec!["C1", "C2"],
        ),
        ("datepicker", json!({"selected_date": "2018-04-17"}), vec!["2018-04-17"]),
        ("plain_text_input", json!({"value": "hi"}), vec!["hi"]),
    ];
    for (kind, rest, chosen) in cases {
        let mut payload = block_press();
        let mut action = json!({"action_id": "a", "block_id": "b", "type": kind});
        action
            .as_object_mut()
            .unwrap()
            .extend(rest.as_object().unwrap().clone());
        payload["actions"] = json!([action]);
        let interaction = Interaction::parse(&form(&payload)).unwrap();
        assert_eq!(Interaction::parse(&interaction.to_form("t")).as_ref(), Ok(&interaction));
        let Interaction::Blocks(blocks) = interaction else {
            panic!("another kind")
        };
        assert_eq!(blocks.actions[0].chosen, chosen, "{kind}");
        assert_eq!(blocks.actions[0].value(), chosen.first().copied(), "{kind}");
    }
}

#[test]
fn an_org_wide_install_belongs_to_the_organization() {
    let mut payload = block_press();
    payload["team"] = json!({"id": "T1", "enterprise_id": "E1"});
    let tenant = |payload: &Value| {
        Interaction::parse(&form(payload))
            .unwrap()
            .tenant()
            .unwrap()
            .to_string()
    };
    assert_eq!(
        tenant(&payload),
        "T1",
        "the app is installed in one workspace of an organization"
    );
    payload["is_enterprise_install"] = json!(true);
    assert_eq!(tenant(&payload), "E1");
    payload["team"] = Value::Null;
    payload["enterprise"] = json!({"id": "E2", "name": "Sandbox"});
    assert_eq!(tenant(&payload), "E2");
}

#[test]
fn nothing_printed_shows_a_token_or_a_response_address() {
    let printed = format!("{:?}", Interaction::parse(&form(&press())).unwrap());
    assert!(
        !printed.contains("s3cret") && !printed.contains("v3rification"),
        "{printed}"
    );
}
