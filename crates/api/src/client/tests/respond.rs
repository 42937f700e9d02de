//! Answers to a `response_url`, over the loopback.

use super::*;
use crate::{
    client::RespondError,
    message::{OutgoingMessage, ResponseMessage},
    secret::ResponseUrl,
};

fn hello() -> ResponseMessage {
    ResponseMessage::ephemeral(OutgoingMessage::text("hello")).unwrap()
}

async fn respond(door: &Door, policy: RetryPolicy) -> Result<(), RespondError> {
    let url = ResponseUrl::new(format!("{}hooks/actions/T1/1/s3cret", door.url()));
    client(door).respond(&url, &hello(), policy).await
}

#[tokio::test]
async fn an_answer_is_json_without_a_token() {
    for answer in ["ok", r#"{"ok":true}"#, ""] {
        let door = Door::open([Reply::text(200, answer)]).await;
        assert_eq!(respond(&door, RetryPolicy::NONE).await, Ok(()), "{answer}");
        let seen = &door.seen()[0];
        assert_eq!(seen.path, "/hooks/actions/T1/1/s3cret");
        assert_eq!(seen.header("content-type"), "application/json; charset=utf-8");
        assert!(!seen.has_header("authorization"));
        let body: Value = serde_json::from_str(&seen.body).unwrap();
        assert_eq!(
            body,
            json!({"response_type": "ephemeral", "replace_original": false, "text": "hello"})
        );
    }
}

#[tokio::test]
async fn slacks_refusals_have_names_and_are_not_repeated() {
    let slack = |name: &str| RespondError::Call(CallError::slack(ErrorCode::from(name)));
    let cases = [
        (404, "expired_url", RespondError::Expired),
        (404, "used_url\n", RespondError::Used),
        (404, r#"{"ok":false,"error":"used_url"}"#, RespondError::Used),
        (200, r#"{"ok":false,"error":"no_text"}"#, slack("no_text")),
        (400, "invalid_payload", slack("invalid_payload")),
        (404, "<html>", CallError::Http { status: 404 }.into()),
        (502, "", CallError::Http { status: 502 }.into()),
        (200, "<html>sign in</html>", CallError::NotJson.into()),
        (302, "", CallError::Http { status: 302 }.into()),
    ];
    for (status, text, expected) in cases {
        let door = Door::open([Reply::text(status, text), Reply::text(200, "ok")]).await;
        assert_eq!(
            respond(&door, RetryPolicy::default()).await,
            Err(expected),
            "{status} {text}"
        );
        assert_eq!(door.seen().len(), 1, "{status} {text}");
    }
}

#[tokio::test]
async fn a_rate_limit_is_waited_out_where_the_policy_allows() {
    let door = Door::open([Reply::limited(0), Reply::text(200, "ok")]).await;
    assert_eq!(respond(&door, RetryPolicy::default()).await, Ok(()));
    let door = Door::open([Reply::limited(30), Reply::text(200, "ok")]).await;
    let retry_after = Duration::from_secs(30);
    assert_eq!(
        respond(&door, RetryPolicy::NONE).await,
        Err(CallError::RateLimited { retry_after }.into())
    );
}

#[tokio::test]
async fn a_lost_answer_is_not_sent_again() {
    let door = Door::open([Reply::dropped(), Reply::text(200, "ok")]).await;
    let closed = CallError::Transport(TransportKind::Closed);
    assert_eq!(respond(&door, RetryPolicy::default()).await, Err(closed.into()));
    assert_eq!(door.seen().len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_to_foreign_addresses() {
    let door = Door::open([]).await;
    let port = door.url().port().unwrap();
    for foreign in [
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://hooks.slack.com/actions/T1/1/x".to_owned(),
        "https://hooks.slack.com.evil.example/actions".to_owned(),
        "https://hooks.slack.com:8443/actions".to_owned(),
        "https://a:b@hooks.slack.com/actions".to_owned(),
        "https://evil.example/?https://hooks.slack.com/".to_owned(),
        format!("https://127.0.0.1:{port}/hooks"),
        format!("http://localhost:{port}/hooks"),
        format!("http://u@127.0.0.1:{port}/hooks"),
        "file:///etc/passwd".to_owned(),
        "data:,x".to_owned(),
        "hooks.slack.com/actions".to_owned(),
        String::new(),
    ] {
        let outcome = client(&door)
            .respond(&ResponseUrl::new(foreign.clone()), &hello(), RetryPolicy::default())
            .await;
        assert_eq!(outcome, Err(RespondError::Foreign), "{foreign}");
    }
    assert!(door.seen().is_empty());
}
