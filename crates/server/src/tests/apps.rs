//! Registered apps at the REST door: settings, secrets, manifests, tests. No secret ever comes out.

use grantbook_core::view::{
    AppView, Page, Role,
    apps::{CheckState, ConnectionTest},
    audit::AuditView,
};
use grantbook_flows::clock::Clock as _;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::harness::{Harness, SIGNING_SECRET};

const AT: &str = "/api/v1/apps/insectoid";
const TOKEN: &str = "xapp-1-A0INSECT1-secret";

fn modern(slug: &str) -> Value {
    json!({
        "slug": slug, "name": "Atlas", "app_id": "A0ATLAS01", "model": "modern", "client_id": "3.4",
        "client_secret": "client secret", "signing_secret": "signing secret", "scopes": ["chat:write", "commands"],
        "user_scopes": ["search:read"], "token_rotation": true, "org_deploy": true, "app_token": TOKEN,
        "socket_connections": 2,
    })
}

#[tokio::test]
async fn an_app_is_added_with_everything_it_needs_and_its_secrets_stay_in() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let added = console
        .page(&ada, Method::POST, "/api/v1/apps", Some(&modern("atlas")))
        .await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    for secret in ["client secret", "signing secret", TOKEN] {
        assert!(!added.text().contains(secret), "{}", added.text());
    }
    let view: AppView = added.json();
    assert_eq!(
        (view.token_rotation, view.org_deploy, view.user_scopes.len()),
        (true, true, 1)
    );
    let socket = view.socket.unwrap();
    assert_eq!((socket.connections, socket.open, socket.app_token), (2, 0, true));
    assert_eq!(view.last_signed_at, None);
    let audit = console
        .page(&ada, Method::GET, "/api/v1/audit?what=app.added", None)
        .await;
    let deeds: Page<AuditView> = audit.json();
    assert_eq!(deeds.items[0].subject, "app:atlas");
    assert!(
        !audit.text().contains("secret") && !audit.text().contains(TOKEN),
        "{}",
        audit.text()
    );
}

#[tokio::test]
async fn settings_that_make_no_sense_are_refused_by_name() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    for (field, value, code) in [
        ("socket_connections", json!(11), "too_many_connections"),
        ("app_token", Value::Null, "app_token_missing"),
        ("app_token", json!("xoxb-1"), "not_an_app_token"),
        ("name", json!(" "), "field_empty"),
        ("slug", json!("manifest"), "slug_reserved"),
    ] {
        let mut body = modern("atlas");
        body[field] = value;
        let answer = console.page(&ada, Method::POST, "/api/v1/apps", Some(&body)).await;
        answer.assert_problem(422, code);
    }
}

#[tokio::test]
async fn a_change_names_what_changes_and_is_written_down_without_the_token() {
    let console = Harness::with_app().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let change = json!({ "name": "Beetle", "app_token": TOKEN, "socket_connections": 1 });
    let changed = console.page(&ada, Method::PATCH, AT, Some(&change)).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    let view: AppView = changed.json();
    assert_eq!((view.name.as_str(), view.scopes.len()), ("Beetle", 1));
    let audit = console
        .page(&ada, Method::GET, "/api/v1/audit?what=app.changed", None)
        .await;
    let deeds: Page<AuditView> = audit.json();
    assert_eq!(
        deeds.items[0].detail,
        json!({ "name": "Beetle", "socket_connections": 1, "app_token": "replaced" })
    );
    let without = json!({ "app_token": "" });
    let refused = console.page(&ada, Method::PATCH, AT, Some(&without)).await;
    refused.assert_problem(422, "app_token_missing");
    let off = json!({ "app_token": "", "socket_connections": 0 });
    let off: AppView = console.page(&ada, Method::PATCH, AT, Some(&off)).await.json();
    assert_eq!(off.socket, None);
}

#[tokio::test]
async fn secrets_are_replaced_with_an_overlap_that_can_be_ended() {
    let console = Harness::with_app().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let path = format!("{AT}/secrets");
    let body = r#"{"type":"url_verification","challenge":"c","token":"t"}"#;
    let knock = async |secret: &str| {
        let answer = console.signed("/slack/insectoid/events", body, secret, 0).await;
        answer.status
    };
    let change = json!({ "signing_secret": "second signing secret", "overlap_hours": 2 });
    let replaced = console.page(&ada, Method::POST, &path, Some(&change)).await;
    assert_eq!(replaced.status, StatusCode::OK, "{}", replaced.text());
    assert!(!replaced.text().contains("second signing secret"));
    let view: AppView = replaced.json();
    let until = console.clock.now().plus_seconds(2 * 3_600);
    assert_eq!(view.secrets.signing.previous_until, Some(until));
    assert_eq!(knock(SIGNING_SECRET).await, StatusCode::OK);
    assert_eq!(knock("second signing secret").await, StatusCode::OK);
    let ended = console
        .page(&ada, Method::DELETE, &format!("{path}/previous"), None)
        .await;
    assert_eq!(ended.json::<AppView>().secrets.signing.previous_until, None);
    assert_eq!(knock(SIGNING_SECRET).await, StatusCode::UNAUTHORIZED);
    assert_eq!(knock("second signing secret").await, StatusCode::OK);
    let audit = console
        .page(&ada, Method::GET, "/api/v1/audit?subject=app:insectoid", None)
        .await;
    let deeds: Page<AuditView> = audit.json();
    let deeds: Vec<_> = deeds
        .items
        .iter()
        .map(|deed| (deed.what.as_str(), &deed.detail))
        .collect();
    let detail = json!({ "client_secret": false, "signing_secret": true, "overlap_hours": 2 });
    assert_eq!(
        deeds,
        [("app.overlap_ended", &json!({})), ("app.secrets_replaced", &detail)]
    );
}

#[tokio::test]
async fn a_replaced_secret_is_refused_once_its_time_is_over() {
    let console = Harness::with_app().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let change = json!({ "signing_secret": "second signing secret", "overlap_hours": 1 });
    let path = format!("{AT}/secrets");
    console.page(&ada, Method::POST, &path, Some(&change)).await;
    let body = r#"{"type":"url_verification","challenge":"c","token":"t"}"#;
    console.clock.advance(3_599);
    let during = console.signed("/slack/insectoid/events", body, SIGNING_SECRET, 0).await;
    assert_eq!(during.status, StatusCode::OK);
    console.clock.advance(1);
    let after = console.signed("/slack/insectoid/events", body, SIGNING_SECRET, 0).await;
    assert_eq!(after.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_manifest_is_for_everybody_to_read_before_and_after_the_app_is_added() {
    let console = Harness::with_app().await;
    let eve = console.signed_in("eve", Role::Viewer).await;
    let kept: Value = console
        .page(&eve, Method::GET, &format!("{AT}/manifest"), None)
        .await
        .json();
    assert!(kept["by_hand"].is_string(), "it is a workspace app: {kept}");
    let draft = json!({ "slug": "atlas", "name": "Atlas", "model": "modern", "scopes": ["chat:write"] });
    let previewed = console
        .page(&eve, Method::POST, "/api/v1/apps/manifest", Some(&draft))
        .await;
    assert_eq!(previewed.status, StatusCode::OK, "{}", previewed.text());
    let manifest: Value = previewed.json();
    assert_eq!(
        manifest["settings"]["event_subscriptions"]["request_url"],
        "http://127.0.0.1:8080/slack/atlas/events"
    );
    let nobody = console
        .page(&eve, Method::GET, "/api/v1/apps/nobody/manifest", None)
        .await;
    nobody.assert_problem(404, "app_not_found");
}

#[tokio::test]
async fn a_test_says_what_is_wrong_and_is_for_administrators() {
    let console = Harness::with_app().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let path = format!("{AT}/test");
    let test: ConnectionTest = console.page(&ada, Method::POST, &path, None).await.json();
    let reached = test.checks.iter().find(|check| check.name == "slack_reached").unwrap();
    assert_eq!(reached.state, CheckState::Failed, "nobody listens on the discard port");
    assert!(reached.sentence.contains("slack_not_reached"), "{}", reached.sentence);
    let eve = console.signed_in("eve", Role::Viewer).await;
    for (method, path) in [
        (Method::POST, path),
        (Method::POST, format!("{AT}/secrets")),
        (Method::DELETE, format!("{AT}/secrets/previous")),
        (Method::PATCH, AT.to_owned()),
    ] {
        let body = json!({});
        let answer = console.page(&eve, method, &path, Some(&body)).await;
        answer.assert_problem(403, "admin_only");
    }
}

#[tokio::test]
async fn nobody_changes_an_app_that_is_not_there() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let secrets = json!({ "client_secret": "c" });
    for (method, path, body) in [
        (Method::PATCH, "/api/v1/apps/nobody", json!({ "name": "N" })),
        (Method::POST, "/api/v1/apps/nobody/secrets", secrets),
        (Method::DELETE, "/api/v1/apps/nobody/secrets/previous", json!({})),
        (Method::POST, "/api/v1/apps/nobody/test", json!({})),
    ] {
        let answer = console.page(&ada, method, path, Some(&body)).await;
        answer.assert_problem(404, "app_not_found");
    }
    let audit = console
        .page(&ada, Method::GET, "/api/v1/audit?subject=app:nobody", None)
        .await;
    assert!(audit.json::<Page<AuditView>>().items.is_empty());
}
