//! API keys.

use grantbook_core::view::{KeyView, Page, Role};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::harness::{Browser, Harness};

async fn make(console: &Harness, admin: &Browser, role: &str) -> (String, String) {
    let body = json!({ "name": "nightly report", "role": role });
    let made = console.page(admin, Method::POST, "/api/v1/keys", Some(&body)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let made: Value = made.json();
    (
        made["key"].as_str().unwrap().to_owned(),
        made["view"]["id"].as_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn a_key_opens_the_door_until_it_is_revoked() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let (key, id) = make(&console, &ada, "viewer").await;
    assert!(key.starts_with(&format!("gbk_{id}_")), "{key}");
    assert_eq!(
        console.script(&key, Method::GET, "/api/v1/apps").await.status,
        StatusCode::OK
    );
    let gone = console
        .page(&ada, Method::DELETE, &format!("/api/v1/keys/{id}"), None)
        .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    console
        .script(&key, Method::GET, "/api/v1/apps")
        .await
        .assert_problem(401, "invalid_key");
    console
        .page(&ada, Method::DELETE, "/api/v1/keys/none", None)
        .await
        .assert_problem(404, "key_not_found");
}

#[tokio::test]
async fn a_key_may_do_what_its_role_says_and_needs_no_csrf_token() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let (viewer, _) = make(&console, &ada, "viewer").await;
    let (admin, id) = make(&console, &ada, "admin").await;
    console
        .script(&viewer, Method::GET, "/api/v1/keys")
        .await
        .assert_problem(403, "admin_only");
    let path = format!("/api/v1/keys/{id}");
    assert_eq!(
        console.script(&admin, Method::DELETE, &path).await.status,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn almost_a_key_is_no_key() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let (key, id) = make(&console, &ada, "viewer").await;
    let mut other = key.clone();
    let last = other.pop().unwrap();
    other.push(if last == '0' { '1' } else { '0' });
    for wrong in [
        other,
        key[..key.len() - 1].to_owned(),
        format!("gbk_{id}_"),
        "gbk_".into(),
        "x".into(),
    ] {
        console
            .script(&wrong, Method::GET, "/api/v1/apps")
            .await
            .assert_problem(401, "invalid_key");
    }
}

#[tokio::test]
async fn the_list_tells_when_a_key_was_last_used_and_never_the_key() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let (key, id) = make(&console, &ada, "viewer").await;
    console.script(&key, Method::GET, "/api/v1/apps").await;
    console.clock.advance(30);
    console.script(&key, Method::GET, "/api/v1/apps").await;
    let listed = console.page(&ada, Method::GET, "/api/v1/keys", None).await;
    assert!(!listed.text().contains(&key));
    let listed: Page<KeyView> = listed.json();
    assert_eq!(listed.items[0].id, id);
    assert_eq!(
        listed.items[0].last_used_at,
        Some(listed.items[0].created_at),
        "written once a minute at most"
    );
}
