//! The client against a real server on the loopback.

mod apps;
mod door;
mod observe;
mod permissions;
mod respond;

use std::time::{Duration, Instant};

use door::{Door, Reply};
use grantbook_core::{InstallationKey, ResourceType};
use serde_json::json;

use super::*;
use crate::{
    error::{ErrorCode, TransportKind},
    http::HttpSettings,
    methods::{AuthTest, ChatPostMessage, PermissionsResourcesList},
    oauth::{AccessResponse, ClientCredentials, ClientId},
    secret::{AuthorizationCode, ClientSecret, RefreshToken},
};

const SEED_INSTALL: &str = include_str!("../../fixtures/seeds/oauth.access.json");

fn client(door: &Door) -> SlackClient {
    let settings = HttpSettings {
        timeout: Duration::from_secs(2),
        ..HttpSettings::default()
    };
    SlackClient::new(door.url(), HttpClient::new(&settings).unwrap())
}

fn installation(text: &str) -> InstallationKey {
    text.parse().unwrap()
}

fn app() -> ClientCredentials {
    ClientCredentials {
        id: ClientId::new("11820576016.6048553856"),
        secret: ClientSecret::new("s3cret"),
    }
}

fn whoami() -> Reply {
    Reply::json(&json!({
        "ok": true, "url": "https://subarachnoid.slack.com/", "team": "Subarachnoid Workspace", "user": "bot",
        "team_id": "T061EG9R6", "user_id": "U0NKHRW57",
    }))
}

async fn auth_test(client: &SlackClient, key: &str) -> Result<String, CallError> {
    let (token, key) = (AccessToken::new("xoxa-2-token"), installation(key));
    client
        .call(&Caller::new(&token, &key), &AuthTest {})
        .await
        .map(|answer| answer.team_id.to_string())
}

#[tokio::test]
async fn a_call_is_a_form_with_the_token_in_its_header() {
    let door = Door::open([whoami()]).await;
    assert_eq!(
        auth_test(&client(&door), "insectoid.T061EG9R6").await.as_deref(),
        Ok("T061EG9R6")
    );
    let [seen] = door.seen().try_into().unwrap();
    assert_eq!(seen.path, "/api/auth.test");
    assert_eq!(seen.header("authorization"), "Bearer xoxa-2-token");
    assert_eq!(seen.header("content-type"), "application/x-www-form-urlencoded");
    assert!(!seen.body.contains("xoxa"));
}

#[tokio::test]
async fn a_message_is_json_with_its_charset() {
    let door = Door::open([Reply::json(&json!({"ok": true, "channel": "D1", "ts": "1.2"}))]).await;
    let (token, key) = (AccessToken::new("xoxa-2-token"), installation("insectoid.T1"));
    let message = ChatPostMessage {
        channel: "D1".to_owned(),
        text: Some("ümlaut".to_owned()),
        ..Default::default()
    };
    client(&door).call(&Caller::new(&token, &key), &message).await.unwrap();
    let [seen] = door.seen().try_into().unwrap();
    assert_eq!(seen.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(seen.body, r#"{"channel":"D1","text":"ümlaut"}"#);
}

#[tokio::test]
async fn a_refusal_in_http_200_is_an_error_with_its_scopes() {
    let refusal =
        json!({"ok": false, "error": "missing_scope", "needed": "channels:history", "provided": "chat:write,commands"});
    let door = Door::open([Reply::json(&refusal)]).await;
    let Err(CallError::Slack { code, needed, provided }) = auth_test(&client(&door), "a.T1").await else {
        panic!("no refusal")
    };
    assert_eq!((code, needed.len(), provided.len()), (ErrorCode::MissingScope, 1, 2));
    assert_eq!(door.seen().len(), 1, "a refusal is not tried again");
}

#[tokio::test]
async fn a_rate_limit_is_waited_out() {
    let door = Door::open([Reply::limited(1), whoami()]).await;
    let begin = Instant::now();
    assert!(auth_test(&client(&door), "a.T1").await.is_ok());
    assert!(begin.elapsed() >= Duration::from_secs(1));
    assert_eq!(door.seen().len(), 2);
}

#[tokio::test]
async fn a_long_rate_limit_is_an_error_and_closes_its_own_lane_only() {
    let door = Door::open([Reply::limited(300), whoami()]).await;
    let client = client(&door);
    let limited = CallError::RateLimited {
        retry_after: Duration::from_secs(300),
    };
    let first = auth_test(&client, "a.T1").await.unwrap_err();
    assert!(matches!(first, CallError::RateLimited { retry_after } if retry_after > Duration::from_secs(290)));
    let second = auth_test(&client.with_policy(RetryPolicy::NONE), "a.T1")
        .await
        .unwrap_err();
    assert!(
        matches!(second, CallError::RateLimited { .. }),
        "{second} is not {limited}"
    );
    assert_eq!(door.seen().len(), 1, "no call leaves before Retry-After has passed");
    assert!(
        auth_test(&client, "a.T2").await.is_ok(),
        "another workspace is unaffected"
    );
}

#[tokio::test]
async fn a_nonsensical_retry_after_is_capped() {
    let door = Door::open([Reply::limited(u64::MAX)]).await;
    let error = auth_test(&client(&door), "a.T1").await.unwrap_err();
    assert!(matches!(error, CallError::RateLimited { retry_after } if retry_after <= Duration::from_secs(86_400)));
}

#[tokio::test]
async fn rate_limits_end_after_the_last_attempt() {
    let door = Door::open([Reply::limited(0), Reply::limited(0), Reply::limited(0), whoami()]).await;
    let error = auth_test(&client(&door), "a.T1").await.unwrap_err();
    assert_eq!(
        error,
        CallError::RateLimited {
            retry_after: Duration::ZERO
        }
    );
    assert_eq!(door.seen().len(), 3);
}

#[tokio::test]
async fn an_html_page_is_not_an_answer() {
    let page = || Reply::text(200, "<!doctype html><p>Something went wrong, xoxa-2-token</p>");
    let door = Door::open([page(), page(), page()]).await;
    let error = auth_test(&client(&door), "a.T1").await.unwrap_err();
    assert_eq!(error, CallError::NotJson);
    assert!(!format!("{error} {error:?}").contains("xoxa"));
}

#[tokio::test]
async fn half_a_body_is_not_an_answer() {
    let door = Door::open([Reply::half(r#"{"ok":true,"url":"https://"#)]).await;
    let client = client(&door).with_policy(RetryPolicy::NONE);
    assert_eq!(auth_test(&client, "a.T1").await.unwrap_err(), CallError::Truncated);
}

#[tokio::test]
async fn a_dropped_connection_is_tried_again_when_asking_twice_is_harmless() {
    let door = Door::open([Reply::dropped(), whoami()]).await;
    assert!(auth_test(&client(&door), "a.T1").await.is_ok());
    assert_eq!(door.seen().len(), 2);
}

#[tokio::test]
async fn a_dropped_message_is_not_sent_twice() {
    let door = Door::open([Reply::dropped(), whoami()]).await;
    let (token, key) = (AccessToken::new("xoxa-2-token"), installation("a.T1"));
    let message = ChatPostMessage {
        channel: "D1".to_owned(),
        ..Default::default()
    };
    let error = client(&door)
        .call(&Caller::new(&token, &key), &message)
        .await
        .unwrap_err();
    assert_eq!(error, CallError::Transport(TransportKind::Closed));
    assert!(error.may_have_happened());
    assert_eq!(door.seen().len(), 1);
}

#[tokio::test]
async fn a_silent_server_is_given_up() {
    let door = Door::open([Reply::silent()]).await;
    let settings = HttpSettings {
        timeout: Duration::from_millis(200),
        ..HttpSettings::default()
    };
    let client = SlackClient::new(door.url(), HttpClient::new(&settings).unwrap()).with_policy(RetryPolicy::NONE);
    assert_eq!(
        auth_test(&client, "a.T1").await.unwrap_err(),
        CallError::Transport(TransportKind::Timeout)
    );
}

#[tokio::test]
async fn nobody_listening_is_a_connection_that_failed() {
    let url = Door::open([]).await.url_after_closing().await;
    let client = SlackClient::new(url, HttpClient::new(&HttpSettings::default()).unwrap());
    let error = auth_test(&client.with_policy(RetryPolicy::NONE), "a.T1")
        .await
        .unwrap_err();
    assert_eq!(error, CallError::Transport(TransportKind::Connect));
}

#[tokio::test]
async fn other_statuses_redirects_and_shapes_are_errors() {
    let door = Door::open([
        Reply::text(302, ""),
        Reply::json(&json!({"team": "T1"})),
        Reply::json(&json!({"ok": true})),
        Reply::json(&json!({"ok": false, "error": "Not A Code"})),
        Reply::text(200, &format!("\"{}\"", "x".repeat(MAX_ANSWER_BYTES))),
    ])
    .await;
    let client = client(&door);
    assert_eq!(
        auth_test(&client, "a.T1").await.unwrap_err(),
        CallError::Http { status: 302 }
    );
    for _ in 0..3 {
        assert!(matches!(auth_test(&client, "a.T1").await, Err(CallError::Shape { .. })));
    }
    let too_large = CallError::TooLarge {
        limit_bytes: MAX_ANSWER_BYTES,
    };
    assert_eq!(auth_test(&client, "a.T1").await.unwrap_err(), too_large);
}

#[tokio::test]
async fn a_token_that_no_header_can_carry_is_never_sent() {
    let door = Door::open([]).await;
    let (token, key) = (AccessToken::new("xoxa\n2"), installation("a.T1"));
    let error = client(&door)
        .call(&Caller::new(&token, &key), &AuthTest {})
        .await
        .unwrap_err();
    assert_eq!(error, CallError::Transport(TransportKind::Request));
    assert!(door.seen().is_empty());
}

#[tokio::test]
async fn all_pages_are_collected_up_to_a_bound() {
    let page = |id: &str, next: &str| {
        Reply::json(&json!({
            "ok": true, "resources": [{"id": id, "type": "channel"}], "response_metadata": {"next_cursor": next},
        }))
    };
    let (token, key) = (AccessToken::new("xoxa-2-token"), installation("a.T1"));
    let caller = Caller::new(&token, &key);
    let first = PermissionsResourcesList {
        limit: Some(1),
        ..Default::default()
    };

    let door = Door::open([
        page("C1", "dGVh="),
        page("C2", ""),
        page("C1", "again"),
        page("C2", "again"),
    ])
    .await;
    let client = client(&door);
    let resources = client.collect(&caller, &first).await.unwrap();
    assert_eq!(resources.len(), 2);
    assert!(
        resources
            .iter()
            .all(|resource| resource.resource_type == ResourceType::Channel)
    );
    let bodies: Vec<_> = door.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies, ["limit=1", "cursor=dGVh%3D&limit=1"]);

    let endless = client.collect_at_most(&caller, &first, 2).await.unwrap_err();
    assert_eq!(endless, CallError::TooManyPages { pages: 2 });
}

#[tokio::test]
async fn a_code_is_exchanged_with_basic_credentials() {
    let door = Door::open([Reply::limited(0), Reply::text(200, SEED_INSTALL)]).await;
    let callback = "https://console.example/slack/insectoid/oauth/callback";
    let answer = client(&door)
        .oauth_access(&app(), AuthorizationCode::new("1.2.3"), Some(callback))
        .await
        .unwrap();
    assert!(matches!(answer, AccessResponse::Workspace(install) if install.team_id.as_str() == "T061EG9R6"));
    let seen = door.seen();
    assert_eq!(seen.len(), 2, "a rate limit does not spend the code");
    assert_eq!(seen[1].path, "/api/oauth.access");
    assert_eq!(
        seen[1].header("authorization"),
        "Basic MTE4MjA1NzYwMTYuNjA0ODU1Mzg1NjpzM2NyZXQ="
    );
    assert_eq!(
        seen[1].body,
        "code=1.2.3&redirect_uri=https%3A%2F%2Fconsole.example%2Fslack%2Finsectoid%2Foauth%2Fcallback"
    );
}

#[tokio::test]
async fn a_code_is_never_sent_twice_after_a_lost_answer() {
    for lost in [
        Reply::dropped(),
        Reply::half("{"),
        Reply::text(200, "<html>"),
        Reply::text(503, ""),
    ] {
        let door = Door::open([lost, Reply::text(200, SEED_INSTALL)]).await;
        let error = client(&door)
            .oauth_access(&app(), AuthorizationCode::new("1.2.3"), None)
            .await
            .unwrap_err();
        assert!(error.may_have_happened(), "{error}");
        assert_eq!(door.seen().len(), 1, "{error}");
    }
}

#[tokio::test]
async fn a_refresh_brings_a_new_token() {
    let answer =
        json!({"ok": true, "access_token": "xoxa-2-new", "token_type": "app", "expires_in": 3600, "team_id": "T1"});
    let door = Door::open([Reply::json(&answer)]).await;
    let fresh = client(&door)
        .oauth_refresh(&app(), RefreshToken::new("xoxr-1"))
        .await
        .unwrap();
    assert_eq!((fresh.access_token.expose(), fresh.expires_in), ("xoxa-2-new", 3600));
    assert_eq!(door.seen()[0].body, "grant_type=refresh_token&refresh_token=xoxr-1");
}
