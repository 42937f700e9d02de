//! Documents come back as they were written, and nothing else is read.

use std::collections::{BTreeMap, BTreeSet};

use grantbook_core::{
    Fact, Grants, ResourceType, Scope, Timestamp,
    check::Check,
    grants::Mark,
    view::{CheckView, GrantsView, Page, Problem, audit::AuditView, drift::Remedy, requests::RequestView},
};
use serde::Serialize;
use serde_json::json;

use super::*;
use crate::view_model::requests::tests::view;

fn comes_back<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(document: &T) {
    let text = serde_json::to_string(document).unwrap();
    assert_eq!(read::<T>(&text).as_ref(), Some(document), "{text}");
}

fn mark() -> Mark {
    Mark {
        since: Timestamp::from_seconds(1_795_300_000),
        actor: Some("U061F7AUR".parse().unwrap()),
        source: grantbook_core::Source::Event,
        seq: 12,
    }
}

#[test]
fn what_the_server_writes_is_read_as_it_was_meant() {
    comes_back(&view());
    comes_back(&Page {
        items: vec![view()],
        next_cursor: Some("a".to_owned()),
    });
    let mut grants = GrantsView::of("insectoid.T061EG9R6".parse().unwrap(), None, &Grants::default());
    grants.names = BTreeMap::from([("C1".to_owned(), "field-notes".to_owned())]);
    comes_back(&grants);
    comes_back(&CheckView {
        allowed: true,
        scope: "commands".parse().unwrap(),
        resource: Some("C0FIELD".parse().unwrap()),
        check: Check::Granted {
            resource_type: ResourceType::Channel,
            scope: mark(),
            resource: Some(mark()),
        },
        sentence: "Yes.".to_owned(),
        request: None,
        as_of: Timestamp::from_seconds(12),
        age_ms: 3,
    });
}

#[test]
fn details_of_any_shape_are_read() {
    comes_back(&AuditView {
        id: 7,
        at: Timestamp::from_seconds(12),
        who: "user:orla".to_owned(),
        what: "app.changed".to_owned(),
        subject: "app:atlas".to_owned(),
        detail: json!({ "was": [1, -2, 0.5, null, true], "is": { "name": "Atlas" } }),
    });
    comes_back(&[Remedy::Reconcile, Remedy::EditDeclared, Remedy::None].to_vec());
    comes_back(&Remedy::Reauthorize {
        url: "http://127.0.0.1/slack/atlas/install".to_owned(),
    });
}

#[test]
fn tagged_facts_are_read_with_all_they_hold() {
    let scopes: BTreeSet<Scope> = ["commands".parse().unwrap()].into();
    comes_back(&Fact::ScopeDenied {
        scopes: scopes.clone(),
        trigger_id: Some("12.34.ab".to_owned()),
    });
    comes_back(&Fact::UserResourceGranted {
        user: "U061F7AUR".parse().unwrap(),
        scopes,
        trigger_id: None,
    });
    comes_back(&Fact::Uninstalled);
}

#[test]
fn absent_members_are_defaults_and_unknown_ones_are_passed_over() {
    let text = r#"{"items":[],"more":{"deep":[1,-2,0.5,null,true]}}"#;
    assert_eq!(
        read::<Page<RequestView>>(text),
        Some(Page {
            items: Vec::new(),
            next_cursor: None
        })
    );
}

#[test]
fn anything_else_is_not_read() {
    for text in [
        "",
        "[]",
        "{",
        r#"{"items":{}}"#,
        r#"{"status":"x"}"#,
        r#"{"items":[{}]}"#,
    ] {
        assert_eq!(read::<Page<RequestView>>(text), None, "{text}");
    }
    assert_eq!(read::<Problem>("<html>"), None);
}
