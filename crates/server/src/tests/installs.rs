//! The install doors, as far as they go without Slack.

use axum::body::Body;
use grantbook_core::view::{InstallAttemptView, Page, Role};
use http::{Method, StatusCode, header};
use url::Url;

use super::harness::{Answer, Harness, request};

const CALLBACK: &str = "/slack/insectoid/oauth/callback";

/// Starts an install; answers the `state` and the cookie.
async fn begin(console: &Harness) -> (String, String) {
    let answer = console.get("/slack/insectoid/install").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let slack: Url = answer.headers[header::LOCATION].to_str().unwrap().parse().unwrap();
    let state = slack
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    (state, answer.cookie())
}

async fn back(console: &Harness, cookie: &str, query: &str) -> Answer {
    let request = request(Method::GET, &format!("{CALLBACK}?{query}")).header(header::COOKIE, cookie);
    console.send(request.body(Body::empty()).unwrap()).await
}

fn assert_page(answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert!(answer.text().contains(words), "{}", answer.text());
    assert!(answer.text().contains("/slack/insectoid/install"));
}

#[tokio::test]
async fn the_state_is_bound_to_the_browser() {
    let console = Harness::with_app().await;
    let answer = console.get("/slack/insectoid/install").await;
    let set = answer.headers[header::SET_COOKIE].to_str().unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/slack/insectoid/", "Max-Age=600"] {
        assert!(set.contains(part), "{set}");
    }
    let (state, _) = begin(&console).await;
    let foreign = back(&console, "grantbook_install=other", &format!("code=1&state={state}")).await;
    assert_page(&foreign, 400, "another browser");
}

#[tokio::test]
async fn a_request_link_that_we_did_not_seal_leads_nowhere() {
    let console = Harness::with_app().await;
    for query in [
        "request=PR-7&seal=00",
        "request=PR-7",
        "request=7&seal=00",
        "request=&seal=",
    ] {
        let answer = console.get(&format!("/slack/insectoid/install?{query}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{query}: {}", answer.text());
        assert!(answer.text().contains("This link belongs to no request"), "{query}");
        assert!(!answer.headers.contains_key(header::SET_COOKIE));
    }
}

#[tokio::test]
async fn pressing_cancel_installs_nothing_and_is_written_down() {
    let console = Harness::with_app().await;
    let (state, cookie) = begin(&console).await;
    let answer = back(&console, &cookie, &format!("error=access_denied&state={state}")).await;
    assert_page(&answer, 200, "Nothing was installed");
    let again = back(&console, &cookie, &format!("error=access_denied&state={state}")).await;
    assert_page(&again, 400, "used already");
    let ada = console.signed_in("ada", Role::Viewer).await;
    let installs = console
        .page(&ada, Method::GET, "/api/v1/installs?app=insectoid", None)
        .await;
    assert_eq!(installs.json::<Page<InstallAttemptView>>().items[0].outcome, "denied");
}

#[tokio::test]
async fn a_state_ends_after_ten_minutes() {
    let console = Harness::with_app().await;
    let (state, cookie) = begin(&console).await;
    console.clock.advance(601);
    assert_page(
        &back(&console, &cookie, &format!("code=1&state={state}")).await,
        400,
        "too long",
    );
}

#[tokio::test]
async fn an_unknown_state_is_refused_and_an_install_from_slack_goes_through_our_own_door() {
    let console = Harness::with_app().await;
    assert_page(
        &back(&console, "", "code=1&state=made-up").await,
        400,
        "not started here",
    );
    assert_page(&back(&console, "", "").await, 400, "not started here");
    let bounced = back(&console, "", "code=1").await;
    assert_eq!(bounced.status, StatusCode::SEE_OTHER);
    assert!(
        bounced.headers[header::LOCATION]
            .to_str()
            .unwrap()
            .contains("/oauth/authorize?")
    );
}

#[tokio::test]
async fn a_failed_exchange_shows_its_code() {
    let console = Harness::with_app().await;
    let (state, cookie) = begin(&console).await;
    let answer = back(&console, &cookie, &format!("code=1&state={state}")).await;
    assert_page(&answer, 502, "<code>slack_not_reached</code>");
}
