//! The Web API: who may call what, paging, and faults.

use std::time::Duration;

use grantbook_api::ErrorCode;
use serde_json::{Value, json};

use super::harness::{CHANNEL, CLIENT_ID, Harness, IZZY, TEAM};
use crate::Fault;

#[tokio::test]
async fn refusals_come_in_slacks_order() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[]).await;
    let error =
        async |method: &str, token: Option<&str>| slack.call(method, token, &[("a", "1")]).await["error"].clone();
    assert_eq!(error("made.up", None).await, json!("unknown_method"));
    assert_eq!(error("auth.test", None).await, json!("not_authed"));
    assert_eq!(error("auth.test", Some("xoxa-2-0")).await, json!("invalid_auth"));
    assert_eq!(
        error("conversations.join", Some(&token)).await,
        json!("not_allowed_token_type")
    );
    assert_eq!(error("team.info", Some(&token)).await, json!("missing_scope"));
    let url = format!("{}/api/apps.permissions.info", slack.sim.url());
    let answer: Value = slack
        .http
        .post(url)
        .json(&json!({}))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["error"], json!("invalid_post_type"));
}

#[tokio::test]
async fn a_token_may_stand_in_header_query_or_form_and_scopes_in_the_answers_header() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write,users:read", &[]).await;
    let url = format!("{}/api/users.info?token={token}&user={IZZY}", slack.sim.url());
    let answer = slack.http.get(url).send().await.unwrap();
    assert_eq!(
        answer.headers()["x-oauth-scopes"],
        "chat:write,im:history,im:read,users:read"
    );
    assert_eq!(answer.headers()["x-accepted-oauth-scopes"], "users:read");
    assert_eq!(answer.json::<Value>().await.unwrap()["user"]["name"], json!("izzy"));
    let who = slack
        .http
        .post(format!("{}/api/auth.test", slack.sim.url()))
        .form(&[("token", &token)])
        .send()
        .await
        .unwrap();
    let text = who.text().await.unwrap();
    assert!(text.starts_with(r#"{"ok":true,"#) && text.contains(r#""url":"https:\/\/northwind-hq.slack.com\/""#));
}

#[tokio::test]
async fn a_message_goes_only_where_the_app_was_added() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[("channel", CHANNEL)]).await;
    let world = slack.sim.world();
    let other = world
        .conversations
        .values()
        .find(|c| c.name == "intersections" && c.team.as_str() == TEAM)
        .unwrap()
        .id
        .to_string();
    let private = world
        .conversations
        .values()
        .find(|c| c.name == "entomology" && c.team.as_str() == TEAM)
        .unwrap()
        .id
        .to_string();
    let post = async |channel: &str, more: (&str, &str)| {
        slack
            .call(
                "chat.postMessage",
                Some(&token),
                &[("channel", channel), ("text", "hello/"), more],
            )
            .await
    };
    let posted = post(CHANNEL, ("x", "")).await;
    assert_eq!(
        (&posted["ok"], &posted["message"]["text"]),
        (&json!(true), &json!("hello/"))
    );
    assert_eq!(post("D0BH95DLH", ("x", "")).await["ok"], json!(true));
    assert_eq!(post(&other, ("x", "")).await["error"], json!("no_permission"));
    assert_eq!(post(&private, ("x", "")).await["error"], json!("channel_not_found"));
    assert_eq!(post("C0N0WHERE", ("x", "")).await["error"], json!("channel_not_found"));
    assert_eq!(
        post(CHANNEL, ("as_user", "true")).await["error"],
        json!("as_user_not_supported")
    );
    slack
        .act(json!({"action": "remove_scope", "scopes": ["chat:write"]}))
        .await;
    let missing = post(CHANNEL, ("x", "")).await;
    assert_eq!(
        (&missing["error"], &missing["needed"]),
        (&json!("missing_scope"), &json!("chat:write"))
    );
}

#[tokio::test]
async fn resources_come_in_pages_and_wildcards_only_in_info() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write,users:read", &[("channel", CHANNEL)]).await;
    let list = async |cursor: &str| {
        slack
            .call(
                "apps.permissions.resources.list",
                Some(&token),
                &[("limit", "2"), ("cursor", cursor)],
            )
            .await
    };
    let first = list("").await;
    let expected = json!([{"id": TEAM, "type": "team"}, {"id": "D0BH95DLH", "type": "app_home"}]);
    assert_eq!(first["resources"], expected);
    let cursor = first["response_metadata"]["next_cursor"].as_str().unwrap();
    assert_eq!(cursor, "Y2hhbm5lbDpDMDYxRUc5VDI=", "base64 of channel:C061EG9T2");
    let second = list(cursor).await;
    assert_eq!(second["resources"], json!([{"id": CHANNEL, "type": "channel"}]));
    assert_eq!(second["response_metadata"]["next_cursor"], json!(""));
    assert_eq!(list("bm9uc2Vuc2U=").await["error"], json!("invalid_cursor"));

    slack
        .act(json!({"action": "grant_wildcard", "resource_type": "channel"}))
        .await;
    slack.act(json!({"action": "exclude", "resource": CHANNEL})).await;
    let rows = slack.call("apps.permissions.resources.list", Some(&token), &[]).await;
    assert_eq!(rows["resources"], expected);
    let info = slack.call("apps.permissions.info", Some(&token), &[]).await;
    assert_eq!(
        info["info"]["channel"]["resources"],
        json!({"ids": [], "wildcard": true, "excluded_ids": [CHANNEL]})
    );
    assert_eq!(info["info"]["group"]["resources"], json!({"ids": []}));
    let scopes = slack.call("apps.permissions.scopes.list", Some(&token), &[]).await;
    assert_eq!(
        (&scopes["scopes"]["team"], &scopes["scopes"]["user"]),
        (&json!(["users:read"]), &json!([]))
    );
}

#[tokio::test]
async fn revoking_has_a_dry_run_and_uninstalling_wants_the_apps_credentials() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[]).await;
    assert_eq!(
        slack.call("auth.revoke", Some(&token), &[("test", "1")]).await["revoked"],
        json!(false)
    );
    let wrong = [("client_id", "11820576016.8837260157"), ("client_secret", "x")];
    assert_eq!(
        slack.call("apps.uninstall", Some(&token), &wrong).await["error"],
        json!("bad_client_secret")
    );
    let right = [("client_id", CLIENT_ID), ("client_secret", &slack.secret())];
    assert_eq!(
        slack.call("apps.uninstall", Some(&token), &right).await,
        json!({"ok": true})
    );
    assert_eq!(
        slack.call("auth.test", Some(&token), &[]).await["error"],
        json!("token_revoked")
    );
}

#[tokio::test]
async fn a_full_minute_is_429_until_the_next() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[]).await;
    slack.sim.clock().freeze();
    let url = format!("{}/api/apps.permissions.info", slack.sim.url());
    for _ in 0..40 {
        assert_eq!(
            slack.http.post(&url).bearer_auth(&token).send().await.unwrap().status(),
            200
        );
    }
    let limited = slack.http.post(&url).bearer_auth(&token).send().await.unwrap();
    assert_eq!(limited.status(), 429);
    let wait: u64 = limited.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    slack.sim.clock().advance(Duration::from_secs(wait));
    assert_eq!(
        slack.http.post(&url).bearer_auth(&token).send().await.unwrap().status(),
        200
    );
}

#[tokio::test]
async fn faults_are_played_and_used_up() {
    let slack = Harness::start().await;
    let token = slack.install("chat:write", &[]).await;
    let url = format!("{}/api/auth.test", slack.sim.url());
    let send = async || slack.http.post(&url).bearer_auth(&token).send().await;
    slack.sim.fault(
        "auth.test",
        Fault::Error {
            error: ErrorCode::FatalError,
        },
        1,
    );
    assert_eq!(
        send().await.unwrap().json::<Value>().await.unwrap()["error"],
        json!("fatal_error")
    );
    slack.sim.fault("auth.test", Fault::RateLimited { retry_after: 7 }, 1);
    let limited = send().await.unwrap();
    assert_eq!(
        (
            limited.status().as_u16(),
            limited.headers()["retry-after"].to_str().unwrap()
        ),
        (429, "7")
    );
    slack.sim.fault("auth.test", Fault::Html { status: 200 }, 1);
    assert!(
        send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .starts_with("<!doctype html>")
    );
    slack.sim.fault("auth.test", Fault::HalfBody, 1);
    let half = send().await.unwrap();
    assert_eq!(half.status(), 200);
    assert!(half.text().await.is_err(), "the body ends early");
    slack.sim.fault("auth.test", Fault::Drop, 1);
    assert!(send().await.is_err(), "the connection closes");
    assert_eq!(send().await.unwrap().json::<Value>().await.unwrap()["ok"], json!(true));
}
