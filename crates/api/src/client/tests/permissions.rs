//! The calls of progressive permissions, over the loopback.

use grantbook_core::Scope;

use super::*;
use crate::methods::PermissionsRequest;

fn commands() -> PermissionsRequest {
    PermissionsRequest {
        scopes: Scope::parse_list("commands").unwrap(),
        trigger_id: "11820576016.6048553856.093b9205636ddbfc180e1e74d33e9af6"
            .parse()
            .unwrap(),
    }
}

#[tokio::test]
async fn a_permission_request_is_a_form_with_the_token_in_its_header() {
    let door = Door::open([Reply::json(&json!({"ok": true}))]).await;
    let (token, key) = (AccessToken::new("xoxa-2-token"), installation("insectoid.T061EG9R6"));
    client(&door)
        .call(&Caller::new(&token, &key), &commands())
        .await
        .unwrap();
    let seen = &door.seen()[0];
    assert_eq!(seen.path, "/api/apps.permissions.request");
    assert_eq!(seen.header("authorization"), "Bearer xoxa-2-token");
    assert_eq!(seen.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(
        seen.body,
        "scopes=commands&trigger_id=11820576016.6048553856.093b9205636ddbfc180e1e74d33e9af6"
    );
}

#[tokio::test]
async fn a_permission_request_whose_answer_was_lost_is_not_sent_again() {
    let door = Door::open([Reply::dropped(), Reply::json(&json!({"ok": true}))]).await;
    let (token, key) = (AccessToken::new("xoxa-2-token"), installation("insectoid.T061EG9R6"));
    let error = client(&door).call(&Caller::new(&token, &key), &commands()).await;
    assert_eq!(error, Err(CallError::Transport(TransportKind::Closed)));
    assert_eq!(door.seen().len(), 1);
}

#[tokio::test]
async fn the_tokens_scopes_come_with_the_answer() {
    let door = Door::open([
        whoami().with_scopes("chat:write,commands"),
        whoami().with_scopes(""),
        whoami(),
        whoami().with_scopes("NOT A SCOPE"),
    ])
    .await;
    let client = client(&door);
    let (token, key) = (AccessToken::new("xoxb-1"), installation("deploy-desk.T061EG9R6"));
    let expected = [
        Some(Scope::parse_list("chat:write,commands").unwrap()),
        Some(Vec::new()),
        None,
        None,
    ];
    for expected in expected {
        let answered = client.call_with_scopes(&Caller::new(&token, &key), &AuthTest {}).await;
        assert_eq!(answered.unwrap().scopes, expected);
    }
}

#[tokio::test]
async fn a_modern_apps_code_is_exchanged_once() {
    let access = include_str!("../../../fixtures/oauth/docs-examples/oauth.v2.access.success.json");
    let door = Door::open([Reply::text(200, access), Reply::dropped()]).await;
    let client = client(&door);
    let app = app();
    let exchange = || client.oauth_v2_access(&app, AuthorizationCode::new("1.2.3"), Some("https://a.example/cb"));
    let install = exchange().await.unwrap();
    assert_eq!(install.tenant().unwrap().to_string(), "T9TK3CUKW");
    let seen = &door.seen()[0];
    assert_eq!(seen.path, "/api/oauth.v2.access");
    assert!(seen.header("authorization").starts_with("Basic "));
    assert_eq!(seen.body, "code=1.2.3&redirect_uri=https%3A%2F%2Fa.example%2Fcb");
    assert!(exchange().await.unwrap_err().may_have_happened());
    assert_eq!(door.seen().len(), 2);
}
