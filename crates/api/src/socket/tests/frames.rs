//! Real frames, their round trips, and frames that are none.

use std::fs;

use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use serde_json::{Value, json};

use crate::{
    commands::CommandRequest,
    events::Delivery,
    interactions::Interaction,
    socket::{Acknowledgement, Disconnect, DisconnectReason, Envelope, EnvelopeKind, Frame, FrameError, Payload},
};

fn fixtures() -> Vec<(String, String)> {
    let root = format!("{}/fixtures/socket_mode/from-tests", env!("CARGO_MANIFEST_DIR"));
    let mut found: Vec<_> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap()))
        .collect();
    found.sort();
    assert_eq!(found.len(), 15, "a fixture was added or lost");
    found
}

fn envelope(part: &str) -> Envelope {
    let (name, text) = fixtures().into_iter().find(|(name, _)| name.contains(part)).unwrap();
    match Frame::parse(&text).unwrap() {
        Frame::Envelope(envelope) => *envelope,
        other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn every_real_frame_is_read_and_survives_being_written() {
    for (name, text) in fixtures() {
        let first = Frame::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let again = Frame::parse(&first.to_json().to_string()).unwrap();
        assert_eq!(again, first, "{name}");
        let kind = match &first {
            Frame::Hello(hello) => {
                assert!(hello.app_id.is_some() && hello.num_connections > 0, "{name}");
                assert_eq!(hello.approximate_connection_time, Some(18_060), "{name}");
                "hello"
            }
            Frame::Envelope(envelope) => envelope.kind.as_str(),
            other => panic!("{name} is {other:?}"),
        };
        assert!(name.contains(kind), "{name} is {kind}");
        let payload = serde_json::from_str::<Value>(&text).unwrap();
        let payload = payload.get("payload").cloned();
        if let (Frame::Envelope(envelope), Some(payload)) = (first, payload) {
            assert_eq!(envelope.payload, payload, "{name}");
        }
    }
}

#[test]
fn an_envelope_holds_what_its_door_would_get() {
    let Payload::Event(delivery) = envelope("d7b9cc93").read().unwrap() else {
        panic!("no event")
    };
    assert!(matches!(*delivery, Delivery::EventCallback(envelope) if envelope.event_id == "Ev111"));

    let pressed = envelope("2fe7b7cc");
    let Payload::Interaction(interaction) = pressed.read().unwrap() else {
        panic!("no interaction")
    };
    assert!(matches!(*interaction, Interaction::Blocks(_)));
    assert_eq!(Interaction::parse(&pressed.body()).unwrap(), *interaction);

    let typed = envelope("0bc17a73");
    assert!(typed.accepts_response_payload);
    let Payload::Command(request) = typed.read().unwrap() else {
        panic!("no command")
    };
    let CommandRequest::Command(command) = *request else {
        panic!("no command")
    };
    assert_eq!(
        (command.command.as_str(), command.user_id.as_str()),
        ("/hello-socket-mode", "U111")
    );
}

#[test]
fn what_an_envelope_holds_is_not_printed() {
    for part in ["902368ab", "0bc17a73"] {
        let printed = format!("{:?}", Frame::Envelope(Box::new(envelope(part))));
        assert!(!printed.contains("xwfp") && !printed.contains("hooks"), "{printed}");
    }
}

#[test]
fn farewells_are_read_with_their_reason() {
    for (text, reason) in [
        ("warning", DisconnectReason::Warning),
        ("refresh_requested", DisconnectReason::RefreshRequested),
        ("link_disabled", DisconnectReason::LinkDisabled),
        ("too_many_websockets", DisconnectReason::TooManyWebsockets),
        ("tired", DisconnectReason::Other("tired".to_owned())),
    ] {
        let frame = json!({"type": "disconnect", "reason": text, "debug_info": {"host": "wss-111.slack.com"}});
        let read = Frame::parse(&frame.to_string()).unwrap();
        let host = Some("wss-111.slack.com".to_owned());
        assert_eq!(read, Frame::Disconnect(Disconnect { reason, host }));
        assert_eq!(read.to_json(), frame);
    }
}

#[test]
fn a_retry_says_how_often_and_why() {
    let mut frame = Frame::Envelope(Box::new(envelope("e2fecc2d"))).to_json();
    frame["retry_attempt"] = json!(2);
    frame["retry_reason"] = json!("timeout");
    let Frame::Envelope(again) = Frame::parse(&frame.to_string()).unwrap() else {
        panic!("no envelope")
    };
    assert_eq!(
        (again.retry_attempt, again.retry_reason.as_deref()),
        (2, Some("timeout"))
    );
}

#[test]
fn unknown_frames_are_named_and_malformed_ones_refused() {
    assert_eq!(
        Frame::parse(r#"{"type":"sing"}"#).unwrap(),
        Frame::Unknown {
            kind: "sing".to_owned()
        }
    );
    let Frame::Envelope(unknown) = Frame::parse(r#"{"type":"sing","envelope_id":"1","payload":{"a":1}}"#).unwrap()
    else {
        panic!("no envelope")
    };
    assert_eq!(unknown.kind, EnvelopeKind::Other("sing".to_owned()));
    assert_eq!(unknown.read().unwrap(), Payload::Unknown);
    assert_eq!(Frame::parse("hello").unwrap_err(), FrameError::NotJson);
    for text in [
        r#"{"envelope_id":"1"}"#,
        r#"{"type":"events_api","envelope_id":""}"#,
        r#"{"type":"events_api","envelope_id":7}"#,
        r#"{"type":"disconnect"}"#,
        "[]",
    ] {
        assert!(matches!(Frame::parse(text), Err(FrameError::Shape { .. })), "{text}");
    }
}

#[test]
fn an_acknowledgement_has_a_payload_only_where_there_is_one() {
    let bare = Acknowledgement {
        envelope_id: "1".to_owned(),
        payload: None,
    };
    assert_eq!(json!(bare), json!({"envelope_id": "1"}));
    let read = Acknowledgement::parse(r#"{"envelope_id":"1","payload":{"text":"secret words"}}"#).unwrap();
    assert_eq!(read.payload, Some(json!({"text": "secret words"})));
    assert!(!format!("{read:?}").contains("words"));
}

fn kinds() -> impl Strategy<Value = String> {
    proptest::prop_oneof![
        "events_api",
        "interactive",
        "slash_commands",
        "hello",
        "disconnect",
        "[a-z_]{0,9}"
    ]
}

proptest! {
    #[test]
    fn envelopes_survive_being_written(id in "[a-z0-9-]{1,40}", kind in "events_api|interactive|slash_commands|other",
        accepts in any::<bool>(), attempt in 0_u32..5, text in any::<String>()) {
        let is_event = kind == "events_api";
        let envelope = Envelope {
            envelope_id: id,
            kind: EnvelopeKind::from(kind.as_str()),
            payload: json!({ "text": text, "command": "/a" }),
            accepts_response_payload: accepts,
            retry_attempt: if is_event { attempt } else { 0 },
            retry_reason: (is_event && attempt > 0).then(|| "timeout".to_owned()),
        };
        let written = Frame::Envelope(Box::new(envelope.clone())).to_json().to_string();
        prop_assert_eq!(Frame::parse(&written).unwrap(), Frame::Envelope(Box::new(envelope)));
    }

    #[test]
    fn frames_of_any_shape_never_panic_and_errors_repeat_nothing(kind in kinds(), id in any::<Option<u8>>(),
        name in "reason|payload|num_connections|debug_info|connection_info|envelope_id|retry_attempt", secret in "xapp-[a-z]{8}") {
        let mut frame = json!({ "type": kind, name: secret.clone() });
        if let Some(id) = id {
            frame["envelope_id"] = json!(id);
        }
        match Frame::parse(&frame.to_string()) {
            Ok(Frame::Envelope(envelope)) => { let _ = (envelope.body(), envelope.read()); }
            Ok(_) => {}
            Err(error) => prop_assert!(!error.to_string().contains(&secret), "{}", error),
        }
    }

    #[test]
    fn texts_never_panic(text in any::<String>()) {
        let _ = Frame::parse(&text);
        let _ = Acknowledgement::parse(&text);
    }
}
