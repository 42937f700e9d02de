//! Requests as Slack sends them, whole and with holes.

use serde_json::json;

use super::request;
use crate::{
    Timestamp,
    approval::{AppRequest, AppRequestId, DeveloperType, Distribution, Previous},
};

#[test]
fn an_entry_of_the_list_is_read_whole() {
    let entry = json!({
        "id": "Ar0XJGFLMLS",
        "app": {"id": "A061BL8RQ0", "name": "Test App", "privacy_policy_url": "https://testapp.com/privacy",
            "is_app_directory_approved": true, "is_internal": true, "developer_type": "internal",
            "icons": {"image_72": "/cdn/service_72.png"}, "additional_info": ""},
        "previous_resolution": null,
        "user": {"id": "W08RA9G5HR", "name": "Robin", "email": "robin@example.com"},
        "team": {"id": "T0M94LNUCR", "name": "Acme Corp", "domain": "acmecorp"},
        "scopes": [{"name": "incoming-webhook", "description": "Post", "is_sensitive": false, "token_type": "user",
            "is_optional": true, "is_approved": false}],
        "message": "Please.", "is_user_app_collaborator": false, "date_created": 1_578_956_327
    });
    let read = AppRequest::from_slack(&entry, Timestamp::default()).unwrap();
    assert_eq!(read.asked_at, Timestamp::from_seconds(1_578_956_327));
    assert!(read.app.is(Distribution::Internal) && read.app.is(Distribution::Marketplace));
    assert!(read.scopes[0].is_optional);
    assert_eq!(read.previous(), Previous::Unresolved);
    assert_eq!(read.app.icon.as_deref(), Some("/cdn/service_72.png"));
    let json = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<AppRequest>(&json).unwrap(), read);
}

#[test]
fn absent_null_and_new_fields_are_all_readable() {
    let bare = request(&json!({"team": null, "scopes": null, "date_created": null, "something_new": {"a": 1}}));
    assert_eq!(bare.team, None);
    assert!(bare.scopes.is_empty());
    assert_eq!(bare.asked_at, Timestamp::from_seconds(1_578_956_327));
    assert_eq!(request(&json!({"previous_resolution": null})), request(&json!({})));
    let org = request(&json!({"team": null, "enterprise": {"id": "E0N0RTHW1"}}));
    assert_eq!(org.enterprise.unwrap().as_str(), "E0N0RTHW1");
    let before = request(
        &json!({"previous_resolution": {"status": "approved", "scopes": [{"name": "chat:write"}],
        "last_resolved_by": {"actor_id": "W0G82F4FD", "actor_type": "user"}}}),
    );
    let before = before.previous_resolution.unwrap();
    assert_eq!((before.status, before.scopes.len()), (Previous::Approved, 1));
    assert_eq!(before.last_resolved_by.unwrap().actor_type, "user");
    let new_words =
        request(&json!({"app": {"developer_type": "partner"}, "previous_resolution": {"status": "paused"}}));
    assert_eq!(new_words.app.developer_type, DeveloperType::Other);
    assert_eq!(new_words.previous(), Previous::Other);
}

#[test]
fn an_unreadable_request_names_the_field() {
    let at = Timestamp::default();
    let said = |value| AppRequest::from_slack(&value, at).unwrap_err().to_string();
    assert_eq!(said(json!({})), "the app request's field `id` is missing");
    assert_eq!(
        said(json!({"id": "Ar1", "app": {"id": "A1"}, "user": {"id": "U1"}, "scopes": [{"name": "Not A Scope"}]}))
            .split(" cannot")
            .next(),
        Some("the app request's field `scopes[0].name`")
    );
    assert!(AppRequestId::new("A061BL8RQ0").is_err());
}
