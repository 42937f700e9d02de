//! The ground that the other tests stand on: a private PostgreSQL and a real browser.

use grantbook_tests::browser::{Browser, ColorScheme, Viewport};
use grantbook_tests::postgres::{Durability, Postgres, Stop};

#[test]
fn postgres_starts_and_gives_fresh_databases() {
    let postgres = Postgres::start(Durability::Relaxed).unwrap();
    let first = postgres.fresh_database().unwrap();
    let second = postgres.fresh_database().unwrap();
    assert_ne!(first, second);
    let (_, name) = first.rsplit_once('/').unwrap();
    assert_eq!(postgres.psql(name, "select 1").unwrap(), "1");
    assert_eq!(postgres.psql(name, "show fsync").unwrap(), "off");
}

#[test]
fn a_commit_survives_a_crash_of_postgres() {
    let mut postgres = Postgres::start(Durability::Full).unwrap();
    postgres.psql("postgres", "create table kept as select 7 as n").unwrap();
    postgres.restart(Stop::Crash).unwrap();
    assert_eq!(postgres.psql("postgres", "select n from kept").unwrap(), "7");
    postgres.restart(Stop::Fast).unwrap();
    assert_eq!(postgres.psql("postgres", "show fsync").unwrap(), "on");
}

#[tokio::test]
async fn a_browser_opens_a_page() {
    let browser = Browser::start(Viewport::Desktop, ColorScheme::Light).await.unwrap();
    browser
        .open("data:text/html,<title>Ledger</title><p id=who>Every grant</p>")
        .await
        .unwrap();
    assert_eq!(browser.client().title().await.unwrap(), "Ledger");
    browser.wait_for_text("Every grant").await.unwrap();
    assert_eq!(
        browser.wait_for_css("#who").await.unwrap().text().await.unwrap(),
        "Every grant"
    );
    let pictures = tempfile::tempdir().unwrap();
    browser.screenshot(pictures.path().join("ledger.png")).await.unwrap();
    assert!(std::fs::metadata(pictures.path().join("ledger.png")).unwrap().len() > 1000);
    browser.close().await.unwrap();
}

#[tokio::test]
async fn a_browser_plays_a_phone_at_night() {
    let browser = Browser::start(Viewport::Phone, ColorScheme::Dark).await.unwrap();
    browser
        .open("data:text/html,<meta name=viewport content='width=device-width'><p>Good night</p>")
        .await
        .unwrap();
    let seen = "return [innerWidth, innerHeight, matchMedia('(prefers-color-scheme: dark)').matches]";
    let seen = browser.client().execute(seen, Vec::new()).await.unwrap();
    assert_eq!(seen, serde_json::json!([390, 844, true]));
    browser.close().await.unwrap();
}

#[tokio::test]
async fn a_browser_tells_what_it_complained_about() {
    let browser = Browser::start(Viewport::Desktop, ColorScheme::Light).await.unwrap();
    browser
        .open("data:text/html,<script>console.error('the sky is falling')</script>")
        .await
        .unwrap();
    let complaints = browser.complaints().await.unwrap();
    assert!(
        complaints
            .iter()
            .any(|complaint| complaint.contains("the sky is falling")),
        "{complaints:?}"
    );
    browser.close().await.unwrap();
}
