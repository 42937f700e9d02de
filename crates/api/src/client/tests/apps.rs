//! Rotation, uninstalling, revoking, and the lists that drift is found by.

use serde_json::json;

use super::{
    super::{CallError, Caller, RetryPolicy},
    app, client,
    door::{Door, Reply},
    installation,
};
use crate::{
    error::ErrorCode,
    methods::{AuthRevoke, AuthTeamsList, ConversationType, UsersConversations},
    oauth::V2Rotated,
    secret::{AccessToken, AppToken, AuthorizationCode, RefreshToken},
};

fn pair(kind: &str) -> Reply {
    Reply::json(&json!({
        "ok": true, "app_id": "A1", "team": {"id": "T1"}, "enterprise": null, "scope": "chat:write",
        "token_type": kind, "user_id": "U1", "access_token": "xoxe.xox-1-new", "refresh_token": "xoxe-1-next",
        "expires_in": 43200,
    }))
}

#[tokio::test]
async fn a_refresh_tells_the_bots_pair_from_a_persons() {
    let door = Door::open([pair("bot"), pair("user")]).await;
    let client = client(&door);
    for user in [false, true] {
        let token = RefreshToken::new("xoxe-1-old");
        let rotated = client.oauth_v2_refresh(&app(), token).await.unwrap();
        assert_eq!(matches!(rotated, V2Rotated::User(_)), user);
        assert_eq!(rotated.refresh_token().unwrap().expose(), "xoxe-1-next");
    }
    for seen in door.seen() {
        assert_eq!(seen.path, "/api/oauth.v2.access");
        assert_eq!(seen.body, "grant_type=refresh_token&refresh_token=xoxe-1-old");
        assert!(seen.header("authorization").starts_with("Basic "));
    }
}

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_is_never_sent_again() {
    for reply in [Reply::dropped(), Reply::half(r#"{"ok":true,"access_token":""#)] {
        let door = Door::open([reply, pair("bot")]).await;
        let lost = client(&door)
            .oauth_v2_refresh(&app(), RefreshToken::new("xoxe-1-old"))
            .await;
        let lost = lost.unwrap_err();
        assert!(lost.may_have_happened(), "{lost}");
        assert_eq!(door.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_spent_refresh_token_is_named() {
    let door = Door::open([Reply::json(&json!({"ok": false, "error": "invalid_refresh_token"}))]).await;
    let refused = client(&door)
        .oauth_v2_refresh(&app(), RefreshToken::new("xoxe-1-old"))
        .await;
    let refused = refused.unwrap_err();
    assert!(!refused.may_have_happened() && refused.code().unwrap().is_refresh_trouble());
}

#[tokio::test]
async fn a_lasting_token_is_exchanged_for_a_pair() {
    let door = Door::open([pair("bot")]).await;
    let rotated = client(&door)
        .oauth_v2_exchange(&app(), AccessToken::new("xoxb-1"))
        .await;
    assert_eq!(rotated.unwrap().expires_in(), Some(43_200));
    let [seen] = door.seen().try_into().unwrap();
    assert_eq!(
        (seen.path.as_str(), seen.body.as_str()),
        ("/api/oauth.v2.exchange", "token=xoxb-1")
    );
}

#[tokio::test]
async fn a_user_only_authorization_has_a_method_of_its_own() {
    let door = Door::open([pair("user")]).await;
    let code = AuthorizationCode::new("1.2.3");
    let token = client(&door).oauth_v2_user_access(&app(), code, None).await.unwrap();
    assert_eq!(token.user_id.as_str(), "U1");
    assert_eq!(door.seen()[0].path, "/api/oauth.v2.user.access");
}

#[tokio::test]
async fn uninstalling_sends_token_and_credentials_once() {
    let lost = Reply::text(500, "");
    let door = Door::open([Reply::json(&json!({"ok": true})), lost]).await;
    let (client, token, key) = (client(&door), AccessToken::new("xoxb-1"), installation("a.T1"));
    let caller = Caller::new(&token, &key);
    client.apps_uninstall(&caller, &app()).await.unwrap();
    let seen = &door.seen()[0];
    assert_eq!(seen.header("authorization"), "Bearer xoxb-1");
    assert_eq!(seen.body, "client_id=11820576016.6048553856&client_secret=s3cret");
    let unknown = client.apps_uninstall(&caller, &app()).await.unwrap_err();
    assert!(unknown.may_have_happened());
    assert_eq!(door.seen().len(), 2);
}

#[tokio::test]
async fn revoking_can_be_rehearsed() {
    let door = Door::open([Reply::json(&json!({"ok": true, "revoked": false}))]).await;
    let (token, key) = (AccessToken::new("xoxb-1"), installation("a.T1"));
    let answer = client(&door)
        .call(&Caller::new(&token, &key), &AuthRevoke { test: true })
        .await;
    assert!(!answer.unwrap().revoked);
    assert_eq!(door.seen()[0].body, "test=1");
}

#[tokio::test]
async fn an_organizations_workspaces_and_conversations_are_read_to_the_last_page() {
    let page = |cursor: &str, list: &str, item| {
        Reply::json(&json!({"ok": true, list: [item], "response_metadata": {"next_cursor": cursor}}))
    };
    let door = Door::open([
        page("next", "teams", json!({"id": "T1", "name": "One"})),
        page("", "teams", json!({"id": "T2", "name": "Two"})),
        page("next", "channels", json!({"id": "C1", "name": "general"})),
        page("", "channels", json!({"id": "G1", "is_private": true})),
    ])
    .await;
    let (client, token, key) = (client(&door), AccessToken::new("xoxb-1"), installation("a.E1"));
    let caller = Caller::new(&token, &key);
    let teams = client.collect(&caller, &AuthTeamsList::default()).await.unwrap();
    let first = UsersConversations {
        types: ConversationType::ALL.to_vec(),
        team_id: Some(teams[1].id.clone()),
        ..UsersConversations::default()
    };
    let conversations = client.collect(&caller, &first).await.unwrap();
    assert_eq!((teams.len(), conversations.len()), (2, 2));
    let last = door.seen().pop().unwrap().body;
    assert_eq!(
        last,
        "types=public_channel%2Cprivate_channel%2Cmpim%2Cim&team_id=T2&cursor=next"
    );
}

#[tokio::test]
async fn a_socket_is_opened_with_the_app_level_token_in_the_header_alone() {
    let door = Door::open([
        Reply::json(&json!({"ok": true, "url": "wss://wss-primary.slack.com/link/?ticket=1"})),
        Reply::json(&json!({"ok": false, "error": "forbidden_team"})),
    ])
    .await;
    let client = client(&door).with_policy(RetryPolicy::NONE);
    let (slug, token) = ("insectoid".parse().unwrap(), AppToken::new("xapp-1"));
    let url = client.apps_connections_open(&slug, &token).await.unwrap();
    assert!(!format!("{url:?} {token:?}").contains('1'));
    let refused = client.apps_connections_open(&slug, &token).await.unwrap_err();
    assert_eq!(refused, CallError::slack(ErrorCode::ForbiddenTeam));
    for seen in door.seen() {
        assert_eq!(
            (seen.header("authorization"), seen.body.as_str()),
            ("Bearer xapp-1", "")
        );
    }
}
