//! From the consent page to the token.

use serde_json::json;
use std::time::Duration;

use super::harness::{CHANNEL, CLIENT_ID, Harness, IZZY, TEAM};

#[tokio::test]
async fn consent_brings_a_code_and_the_code_a_workspace_token() {
    let slack = Harness::start().await;
    let ask = [("scope", "chat:write channels:history"), ("state", "a b&c")];
    let query = slack
        .consent(&ask, &[("decision", "allow"), ("channel", CHANNEL)])
        .await;
    assert_eq!(query[1], ("state".to_owned(), "a b&c".to_owned()));
    let answer = slack
        .access(&[("code", &query[0].1), ("redirect_uri", &slack.callback)])
        .await;
    assert_eq!(answer["ok"], json!(true));
    assert!(answer["access_token"].as_str().unwrap().starts_with("xoxa-2-"));
    assert!(answer["refresh_token"].as_str().unwrap().starts_with("xoxr-"));
    assert_eq!(
        (&answer["token_type"], &answer["expires_in"]),
        (&json!("app"), &json!(3600))
    );
    assert_eq!(
        (&answer["team_id"], &answer["enterprise_id"]),
        (&json!(TEAM), &json!("E0N0RTHW1"))
    );
    assert_eq!(
        answer["authorizing_user"],
        json!({"user_id": IZZY, "app_home": "D0BH95DLH"})
    );
    assert_eq!(answer["scopes"]["channel"], json!(["channels:history", "chat:write"]));
    assert_eq!(
        answer["scopes"]["app_home"],
        json!(["chat:write", "im:history", "im:read"])
    );
    assert_eq!(answer["scopes"]["user"], json!([]));
    slack.sim.idle().await;
    let seen = slack.seen();
    let event = &seen[0].body["event"];
    assert_eq!(
        (seen.len(), &event["type"], &seen[0].body["authed_teams"]),
        (1, &json!("resources_added"), &json!([]))
    );
    assert_eq!(
        event["resources"][1]["resource"]["grant"],
        json!({"type": "specific", "resource_id": CHANNEL})
    );
}

#[tokio::test]
async fn cancelling_sends_access_denied_and_the_state() {
    let slack = Harness::start().await;
    let query = slack
        .consent(&[("scope", "chat:write"), ("state", "x")], &[("decision", "cancel")])
        .await;
    let expected = [
        ("error".to_owned(), "access_denied".to_owned()),
        ("state".to_owned(), "x".to_owned()),
    ];
    assert_eq!(query, expected);
}

#[tokio::test]
async fn a_single_channel_is_named_in_the_answer_and_oauth_token_is_deprecated() {
    let slack = Harness::start().await;
    let ask = [("scope", "chat:write"), ("single_channel", "true")];
    let query = slack
        .consent(&ask, &[("decision", "allow"), ("channel", CHANNEL)])
        .await;
    let form = [
        ("client_id", CLIENT_ID),
        ("client_secret", &slack.secret()),
        ("code", &query[0].1),
        ("redirect_uri", &slack.callback),
    ];
    let answer = slack.call("oauth.token", None, &form).await;
    assert_eq!(
        (&answer["ok"], &answer["single_channel_id"]),
        (&json!(true), &json!(CHANNEL))
    );
    assert_eq!(
        (&answer["installer_user_id"], &answer["warning"]),
        (&json!(IZZY), &json!("method_deprecated"))
    );
    assert!(answer.get("installer_user").is_none());
}

#[tokio::test]
async fn wrong_requests_are_pages_with_slacks_name_for_the_fault() {
    let slack = Harness::start().await;
    let base = format!("{}/oauth/authorize", slack.sim.url());
    let bad = format!("{base}?client_id={CLIENT_ID}&redirect_uri=https://elsewhere.example/cb");
    for (url, code) in [
        (format!("{base}?client_id=1.2"), "invalid_client_id"),
        (bad, "bad_redirect_uri"),
        (format!("{base}?client_id={CLIENT_ID}&scope=admin"), "invalid_scope"),
        (
            format!("{base}?client_id={CLIENT_ID}&scope=%3Cscript%3E"),
            "invalid_scope",
        ),
    ] {
        let page = slack.http.get(&url).send().await.unwrap();
        assert_eq!(page.status(), 400);
        let text = page.text().await.unwrap();
        assert!(
            text.contains(&format!("data-error=\"{code}\"")) && !text.contains("<script>"),
            "{url}"
        );
    }
}

#[tokio::test]
async fn a_form_without_its_nonce_is_refused() {
    let slack = Harness::start().await;
    let form = [
        ("nonce", "made up"),
        ("team", TEAM),
        ("user", IZZY),
        ("decision", "allow"),
    ];
    let answer = slack
        .http
        .post(format!("{}/oauth/authorize", slack.sim.url()))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);
}

#[tokio::test]
async fn every_wrong_exchange_has_its_name() {
    let slack = Harness::start().await;
    let code = slack.code("chat:write", &[]).await;
    let error = async |form: &[(&str, &str)]| slack.call("oauth.access", None, form).await["error"].clone();
    let secret = slack.secret();
    assert_eq!(
        error(&[("client_id", "1.2"), ("client_secret", &secret)]).await,
        json!("invalid_client_id")
    );
    assert_eq!(
        error(&[("client_id", CLIENT_ID), ("client_secret", "no")]).await,
        json!("bad_client_secret")
    );
    let access = async |form: &[(&str, &str)]| slack.access(form).await["error"].clone();
    assert_eq!(access(&[("code", "1.2.3")]).await, json!("invalid_code"));
    assert_eq!(
        access(&[("code", &code)]).await,
        json!("bad_redirect_uri"),
        "named at authorize, missing now"
    );
    let missing = [
        ("code", code.as_str()),
        ("redirect_uri", &slack.callback),
        ("single_channel", "true"),
    ];
    assert_eq!(access(&missing).await, json!("missing_resource"));
    let right = [("code", code.as_str()), ("redirect_uri", slack.callback.as_str())];
    assert_eq!(slack.access(&right).await["ok"], json!(true));
    assert_eq!(access(&right).await, json!("code_already_used"));
    assert_eq!(
        access(&[("grant_type", "refresh_token"), ("refresh_token", "xoxr-0")]).await,
        json!("invalid_token")
    );

    let late = slack.code("chat:write", &[]).await;
    slack.sim.clock().advance(Duration::from_secs(601));
    assert_eq!(
        access(&[("code", &late), ("redirect_uri", &slack.callback)]).await,
        json!("invalid_code")
    );
}

#[tokio::test]
async fn an_expired_token_is_refreshed_with_the_same_refresh_token_twice() {
    let slack = Harness::start().await;
    let code = slack.code("chat:write", &[]).await;
    let answer = slack
        .access(&[("code", &code), ("redirect_uri", &slack.callback)])
        .await;
    let (access, refresh) = (
        answer["access_token"].as_str().unwrap(),
        answer["refresh_token"].as_str().unwrap(),
    );
    slack.sim.clock().advance(Duration::from_secs(3600));
    assert_eq!(
        slack.call("auth.test", Some(access), &[]).await["error"],
        json!("invalid_auth")
    );
    for _ in 0..2 {
        let fresh = slack
            .access(&[("grant_type", "refresh_token"), ("refresh_token", refresh)])
            .await;
        assert!(fresh.get("refresh_token").is_none());
        let test = slack.call("auth.test", fresh["access_token"].as_str(), &[]).await;
        assert_eq!((&test["team_id"], &test["expires_in"]), (&json!(TEAM), &json!(3600)));
    }
    assert_eq!(slack.sim.calls("oauth.access").len(), 3);
    assert!(
        slack
            .sim
            .all_calls()
            .iter()
            .all(|call| !format!("{call:?}").contains("xox"))
    );
}
