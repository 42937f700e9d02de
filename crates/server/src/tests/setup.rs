//! The first administrator.

use grantbook_core::view::{SessionView, WelcomeView};
use http::{Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::harness::{Harness, PASSWORD, browser};

async fn needs_setup(console: &Harness) -> bool {
    console.get("/api/v1/welcome").await.json::<WelcomeView>().needs_setup
}

fn form(token: &str) -> Value {
    json!({ "token": token, "name": "ada", "password": PASSWORD })
}

#[tokio::test]
async fn the_link_makes_one_administrator_and_signs_them_in() {
    let console = Harness::new().await;
    assert!(needs_setup(&console).await);
    let token = console.state.accounts.begin_setup().await.unwrap().unwrap();
    let form = form(token.expose_secret());
    let made = console.post("/api/v1/setup", &form).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    let session: SessionView = console
        .page(&browser(&made), Method::GET, "/api/v1/session", None)
        .await
        .json();
    assert_eq!(session.name, "ada");
    assert!(!needs_setup(&console).await);
    assert!(console.state.accounts.begin_setup().await.unwrap().is_none());
    console
        .post("/api/v1/setup", &form)
        .await
        .assert_problem(409, "already_set_up");
}

#[tokio::test]
async fn only_the_newest_link_works() {
    let console = Harness::new().await;
    console
        .post("/api/v1/setup", &form("guess"))
        .await
        .assert_problem(403, "setup_link_invalid");
    let old = console.state.accounts.begin_setup().await.unwrap().unwrap();
    let new = console.state.accounts.begin_setup().await.unwrap().unwrap();
    console
        .post("/api/v1/setup", &form(old.expose_secret()))
        .await
        .assert_problem(403, "setup_link_invalid");
    assert_eq!(
        console.post("/api/v1/setup", &form(new.expose_secret())).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn two_who_come_at_once_make_one_administrator() {
    let console = Harness::new().await;
    let token = console.state.accounts.begin_setup().await.unwrap().unwrap();
    let (form, mut other) = (form(token.expose_secret()), form(token.expose_secret()));
    other["name"] = "grace".into();
    let (first, second) = tokio::join!(
        console.post("/api/v1/setup", &form),
        console.post("/api/v1/setup", &other)
    );
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn a_short_password_leaves_the_link_usable() {
    let console = Harness::new().await;
    let token = console.state.accounts.begin_setup().await.unwrap().unwrap();
    let mut form = form(token.expose_secret());
    form["password"] = "short".into();
    console
        .post("/api/v1/setup", &form)
        .await
        .assert_problem(422, "password_too_short");
    form["password"] = PASSWORD.into();
    assert_eq!(console.post("/api/v1/setup", &form).await.status, StatusCode::OK);
}

#[tokio::test]
async fn guessing_links_is_slowed_down() {
    let console = Harness::new().await;
    for _ in 0..30 {
        console
            .post("/api/v1/setup", &form("guess"))
            .await
            .assert_problem(403, "setup_link_invalid");
    }
    console
        .post("/api/v1/setup", &form("guess"))
        .await
        .assert_problem(429, "too_many_attempts");
}
