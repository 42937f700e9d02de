//! What events mean to the ledger.

use super::*;

fn scope(name: &str) -> Scope {
    Scope::new(name).unwrap()
}

fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

#[test]
fn a_granted_scope_is_placed_where_the_catalogue_says_it_works() {
    let (placed, unplaced) = place(&[scope("users:read"), scope("channels:history"), scope("made:up")]);
    assert_eq!(placed[&ResourceType::Team], [scope("users:read")].into());
    assert_eq!(placed[&ResourceType::Channel], [scope("channels:history")].into());
    assert_eq!(unplaced, [scope("made:up")].into());
}

#[test]
fn only_the_apps_own_comings_and_goings_count() {
    let joined = |who: &str| Event::MemberJoinedChannel {
        user: user(who),
        channel: ResourceId::new("C1").unwrap(),
        channel_type: Some(ResourceType::Channel),
        team: None,
        inviter: Some(user("U7")),
    };
    let own = user("U0APP");
    assert!(matches!(
        meaning(&joined("U0APP"), Some(&own), Model::Modern),
        Meaning::Fact(Fact::ConversationJoined { .. }, Some(inviter)) if inviter == user("U7")
    ));
    assert_eq!(meaning(&joined("U9"), Some(&own), Model::Modern), Meaning::Nothing);
    assert_eq!(meaning(&joined("U0APP"), None, Model::Modern), Meaning::Nothing);
}

#[test]
fn a_conversation_without_a_type_is_known_by_its_letter() {
    let left = |channel: &str| Event::MemberLeftChannel {
        user: user("U0APP"),
        channel: ResourceId::new(channel).unwrap(),
        channel_type: None,
        team: None,
    };
    for (channel, expected) in [
        ("C1", ResourceType::Channel),
        ("G1", ResourceType::Group),
        ("D1", ResourceType::Im),
    ] {
        let Meaning::Fact(Fact::ConversationLeft { resource }, None) =
            meaning(&left(channel), Some(&user("U0APP")), Model::Modern)
        else {
            panic!("{channel}")
        };
        assert_eq!(resource.resource_type, expected);
    }
}

#[test]
fn an_unknown_event_is_kept_as_unknown() {
    let event = Event::Unknown {
        kind: "goal_reached".to_owned(),
        payload: Value::Null,
    };
    assert_eq!(meaning(&event, None, Model::Modern), Meaning::Unknown);
}

#[test]
fn every_event_of_a_manifest_is_understood() {
    use grantbook_core::manifest::{Addresses, Parts, events};

    let scopes = ["channels:read", "groups:read"].map(|scope| Scope::new(scope).unwrap());
    for model in [Model::Workspace, Model::Modern] {
        let parts = Parts {
            slug: &"atlas".parse().unwrap(),
            name: "Atlas",
            model,
            scopes: &scopes.clone().into(),
            user_scopes: &[].into(),
            token_rotation: false,
            org_deploy: true,
            socket_mode: false,
            addresses: Addresses {
                redirect: String::new(),
                events: String::new(),
                interactions: String::new(),
                commands: String::new(),
            },
        };
        let wanted = events(&parts);
        assert!(wanted.len() >= 8, "{wanted:?}");
        for name in wanted {
            // A known event without its fields is malformed; one that is not known is kept as unknown.
            let read = Event::from_json(serde_json::json!({ "type": name }));
            assert!(!matches!(read, Ok(Event::Unknown { .. })), "{name}");
        }
    }
}
