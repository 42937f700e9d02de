//! What every answer carries, and who is answered at all.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};

use super::harness::{Harness, request};
use crate::settings::Settings;

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let console = Harness::new().await;
    for path in [
        "/",
        "/api/v1/welcome",
        "/api/v1/apps",
        "/slack/none/install",
        "/healthz",
        "/assets/none",
    ] {
        let answer = console.get(path).await;
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"),
            "{path}"
        );
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"),
            "{path}"
        );
        assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        assert_eq!(answer.headers[header::REFERRER_POLICY], "no-referrer", "{path}");
        assert_eq!(answer.headers["cross-origin-opener-policy"], "same-origin", "{path}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{path}");
        assert!(answer.headers.contains_key("x-request-id"), "{path}");
        assert!(
            !answer.headers.contains_key(header::STRICT_TRANSPORT_SECURITY),
            "{path}"
        );
    }
}

#[tokio::test]
async fn over_tls_browsers_are_told_to_stay_there() {
    let console = Harness::with(Settings::new("https://127.0.0.1/".parse().unwrap())).await;
    assert!(
        console
            .get("/healthz")
            .await
            .headers
            .contains_key(header::STRICT_TRANSPORT_SECURITY)
    );
}

#[tokio::test]
async fn a_foreign_host_name_is_refused() {
    let console = Harness::new().await;
    let foreign = |path: &str| {
        Request::builder()
            .uri(path)
            .header(header::HOST, "evil.example")
            .body(Body::empty())
            .unwrap()
    };
    console
        .send(foreign("/api/v1/welcome"))
        .await
        .assert_problem(400, "unknown_host");
    assert_eq!(console.send(foreign("/healthz")).await.status, StatusCode::OK);
    let nameless = Request::builder().uri("/").body(Body::empty()).unwrap();
    console.send(nameless).await.assert_problem(400, "unknown_host");
}

#[tokio::test]
async fn a_given_request_id_is_kept_if_it_is_one() {
    let console = Harness::new().await;
    let with = |id: &'static str| {
        request(Method::GET, "/healthz")
            .header("x-request-id", id)
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(console.send(with("abc-1")).await.headers["x-request-id"], "abc-1");
    assert_ne!(console.send(with("a b")).await.headers["x-request-id"], "a b");
}

#[tokio::test]
async fn operators_are_told_that_the_console_is_ready() {
    let console = Harness::new().await;
    for path in ["/healthz", "/readyz"] {
        let answer = console.get(path).await;
        assert_eq!((answer.status, answer.text()), (StatusCode::OK, "ok"));
    }
    console.state.lifecycle.stop.cancel();
    console.get("/readyz").await.assert_problem(503, "not_ready");
}

#[tokio::test]
async fn addresses_that_are_nothing_answer_problems() {
    let console = Harness::new().await;
    console.get("/api/v1/nothing").await.assert_problem(404, "not_found");
    let put = request(Method::PUT, "/api/v1/welcome").body(Body::empty()).unwrap();
    console.send(put).await.assert_problem(405, "method_not_allowed");
    let post = request(Method::POST, "/workspaces").body(Body::empty()).unwrap();
    console.send(post).await.assert_problem(405, "method_not_allowed");
}
