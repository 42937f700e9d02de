//! Signing in and out.

use grantbook_core::view::{Role, SessionView};
use http::{Method, StatusCode, header};
use serde_json::json;

use super::harness::{Harness, browser, request};
use crate::settings::{Demo, Settings};

const SESSION: &str = "/api/v1/session";

#[tokio::test]
async fn a_session_lasts_until_it_is_ended() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Viewer).await;
    let view: SessionView = console.page(&ada, Method::GET, SESSION, None).await.json();
    assert_eq!(
        (view.name.as_str(), view.role, view.csrf_token),
        ("ada", Role::Viewer, ada.csrf.clone())
    );
    let end = console.page(&ada, Method::DELETE, SESSION, None).await;
    assert_eq!(end.status, StatusCode::NO_CONTENT);
    assert!(end.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    console
        .page(&ada, Method::GET, SESSION, None)
        .await
        .assert_problem(401, "not_signed_in");
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Viewer).await;
    console.clock.advance(12 * 60 * 60);
    console
        .page(&ada, Method::GET, SESSION, None)
        .await
        .assert_problem(401, "not_signed_in");
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_get_the_same_answer() {
    let console = Harness::new().await;
    console.signed_in("ada", Role::Viewer).await;
    let wrong = console
        .post(SESSION, &json!({ "name": "ada", "password": "not the password" }))
        .await;
    let unknown = console
        .post(SESSION, &json!({ "name": "nobody", "password": "not the password" }))
        .await;
    wrong.assert_problem(401, "wrong_name_or_password");
    assert_eq!((wrong.status, wrong.body), (unknown.status, unknown.body));
}

#[tokio::test]
async fn guessing_is_slowed_down_whether_or_not_the_name_exists() {
    let console = Harness::new().await;
    let guess = json!({ "name": "nobody", "password": "not the password" });
    for _ in 0..10 {
        console
            .post(SESSION, &guess)
            .await
            .assert_problem(401, "wrong_name_or_password");
    }
    let answer = console.post(SESSION, &guess).await;
    answer.assert_problem(429, "too_many_attempts");
    let wait: u64 = answer.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=7).contains(&wait), "{wait}");
}

#[tokio::test]
async fn a_change_needs_the_token_of_the_session() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let key = json!({ "name": "script", "role": "viewer" });
    for token in [None, Some("0"), Some("")] {
        let mut asked = request(Method::POST, "/api/v1/keys")
            .header(header::COOKIE, &ada.cookie)
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            asked = asked.header("x-csrf-token", token);
        }
        console
            .send(asked.body(key.to_string().into()).unwrap())
            .await
            .assert_problem(403, "csrf_token_invalid");
    }
    assert_eq!(
        console
            .page(&ada, Method::POST, "/api/v1/keys", Some(&key))
            .await
            .status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn another_persons_token_does_not_count() {
    let console = Harness::new().await;
    let (mut ada, grace) = (
        console.signed_in("ada", Role::Admin).await,
        console.signed_in("grace", Role::Admin).await,
    );
    ada.csrf = grace.csrf;
    console
        .page(&ada, Method::DELETE, SESSION, None)
        .await
        .assert_problem(403, "csrf_token_invalid");
}

#[tokio::test]
async fn over_tls_the_cookie_is_bound_to_the_host() {
    let console = Harness::with(Settings::new("https://127.0.0.1/".parse().unwrap())).await;
    let ada = console.signed_in("ada", Role::Viewer).await;
    assert!(ada.cookie.starts_with("__Host-grantbook="));
}

#[tokio::test]
async fn only_the_demo_signs_in_with_one_click() {
    let console = Harness::new().await;
    console
        .post("/api/v1/session/demo", &json!({}))
        .await
        .assert_problem(404, "not_found");
    let mut settings = Settings::new("http://127.0.0.1:8080/".parse().unwrap());
    settings.demo = Some(Demo {
        simulator_url: "http://127.0.0.1:8090/".parse().unwrap(),
    });
    let demo = Harness::with(settings).await;
    for _ in 0..2 {
        let answer = demo.post("/api/v1/session/demo", &json!({})).await;
        let view: SessionView = answer.json();
        assert!(view.demo && view.role == Role::Admin && view.simulator_url.is_some());
        assert_eq!(
            demo.page(&browser(&answer), Method::GET, SESSION, None).await.status,
            StatusCode::OK
        );
    }
    let password = json!({ "name": "demo", "password": "!" });
    demo.post(SESSION, &password)
        .await
        .assert_problem(401, "wrong_name_or_password");
}

#[tokio::test]
async fn a_viewer_changes_nothing() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Viewer).await;
    for (method, path) in [
        (Method::POST, "/api/v1/apps"),
        (Method::GET, "/api/v1/keys"),
        (Method::POST, "/api/v1/keys"),
        (Method::DELETE, "/api/v1/keys/x"),
        (Method::POST, "/api/v1/installations/insectoid.T061EG9R6/reconcile"),
    ] {
        console
            .page(&ada, method, path, Some(&json!({})))
            .await
            .assert_problem(403, "admin_only");
    }
    assert_eq!(
        console.page(&ada, Method::GET, "/api/v1/apps", None).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused_before_anything_else() {
    let console = Harness::new().await;
    let form = request(Method::POST, SESSION).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    console
        .send(form.body("name=ada".into()).unwrap())
        .await
        .assert_problem(415, "not_json");
    console
        .post(SESSION, &json!({ "name": "ada" }))
        .await
        .assert_problem(422, "invalid_body");
    let broken = request(Method::POST, SESSION).header(header::CONTENT_TYPE, "application/json");
    console
        .send(broken.body("{".into()).unwrap())
        .await
        .assert_problem(400, "invalid_body");
}
