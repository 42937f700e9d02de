//! Lists: what a filter, a limit and a cursor may be.

use grantbook_core::view::{AppView, Page, Role};
use http::{Method, StatusCode, header};
use serde_json::Value;

use super::harness::{Answer, Browser, Harness, app_document};

async fn get(console: &Harness, browser: &Browser, path: &str) -> Answer {
    console
        .page(browser, Method::GET, &format!("/api/v1{path}"), None)
        .await
}

#[tokio::test]
async fn a_filter_that_means_nothing_is_refused() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    for path in [
        "/history?kind=made_up",
        "/history?source=rumor",
        "/history?from=yesterday",
        "/history.csv?kind=made_up",
        "/audit?from=yesterday",
        "/history?workspace=X1",
        "/workspaces?status=asleep",
        "/workspaces?sort=color",
        "/workspaces?order=up",
        "/workspaces?changed_since=soon",
        "/installations?scope=a%20b",
        "/permission-requests?state=asleep",
        "/permission-requests?state=denied,asleep",
        "/permission-requests?model=ancient",
        "/permission-requests?user=izzy",
        "/permission-requests?workspace=X1",
        "/permission-requests.csv?state=asleep",
    ] {
        get(&console, &ada, path).await.assert_problem(400, "invalid_filter");
    }
}

#[tokio::test]
async fn limits_and_cursors_are_checked() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    for list in [
        "/history",
        "/workspaces",
        "/installations",
        "/installs",
        "/keys",
        "/audit",
        "/installations/insectoid.T061EG9R6/token-events",
        "/permission-requests",
        "/permission-requests/strays",
    ] {
        get(&console, &ada, &format!("{list}?limit=0"))
            .await
            .assert_problem(400, "invalid_limit");
        get(&console, &ada, &format!("{list}?limit=201"))
            .await
            .assert_problem(400, "invalid_limit");
        get(&console, &ada, &format!("{list}?limit=x"))
            .await
            .assert_problem(400, "invalid_filter");
        get(&console, &ada, &format!("{list}?cursor=x"))
            .await
            .assert_problem(400, "invalid_cursor");
    }
}

#[tokio::test]
async fn what_is_left_blank_counts_as_absent() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Viewer).await;
    for path in [
        "/history?app=&workspace=&scope=&kind=&source=&from=&to=&limit=&cursor=",
        "/workspaces?q=&status=&app=&scope=&changed_since=&sort=&order=",
        "/installations?q=&app=&workspace=&status=&scope=",
        "/installs?app=",
        "/permission-requests?q=&state=&app=&workspace=&user=&scope=&model=&limit=&cursor=",
        "/permission-requests?state=denied,%20expired,&model=workspace&scope=commands&user=U061F7AUR",
        "/workspaces?sort=name&order=desc&status=uninstalled&changed_since=2026-11-21",
        "/history?kind=scope_granted&source=event&from=2026-11-01&to=2026-11-21T22:28:04Z",
    ] {
        let answer = get(&console, &ada, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        assert_eq!(answer.json::<Page<Value>>().items.len(), 0);
    }
}

#[tokio::test]
async fn exports_have_a_header_even_when_empty() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Viewer).await;
    let answer = get(&console, &ada, "/history.csv").await;
    assert_eq!(
        answer.headers[header::CONTENT_DISPOSITION],
        "attachment; filename=\"history.csv\""
    );
    assert!(answer.text().starts_with("at,recorded_at,app,workspace,") && answer.text().ends_with("event_id\r\n"));
    assert!(
        get(&console, &ada, "/workspaces.csv")
            .await
            .text()
            .starts_with("workspace,name,organization,")
    );
    assert!(
        get(&console, &ada, "/permission-requests.csv")
            .await
            .text()
            .starts_with("request,state,code,sentence,app,")
    );
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    get(&console, &ada, "/apps/none")
        .await
        .assert_problem(404, "app_not_found");
    get(&console, &ada, "/workspaces/T061EG9R6")
        .await
        .assert_problem(404, "workspace_not_found");
    get(&console, &ada, "/permission-requests/PR-7")
        .await
        .assert_problem(404, "request_not_found");
    get(&console, &ada, "/permission-requests/7")
        .await
        .assert_problem(404, "not_found");
    get(&console, &ada, "/workspaces/nonsense")
        .await
        .assert_problem(404, "not_found");
    for path in [
        "",
        "/grants",
        "/history",
        "/check?scope=chat:write",
        "/people?q=i",
        "/token-events",
    ] {
        let answer = get(&console, &ada, &format!("/installations/insectoid.T061EG9R6{path}")).await;
        answer.assert_problem(404, "installation_not_found");
    }
}

#[tokio::test]
async fn an_app_is_registered_once_and_its_secrets_stay_inside() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let app = app_document("insectoid", "A0INSECT1");
    let added = console.page(&ada, Method::POST, "/api/v1/apps", Some(&app)).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    for secret in ["client_secret", "signing_secret"] {
        let secret = app[secret].as_str().unwrap();
        assert!(!added.text().contains(secret), "{}", added.text());
    }
    let view: AppView = added.json();
    assert_eq!(view.events_url, "http://127.0.0.1:8080/slack/insectoid/events");
    assert_eq!(
        view.interactions_url,
        "http://127.0.0.1:8080/slack/insectoid/interactions"
    );
    assert_eq!(view.commands_url, "http://127.0.0.1:8080/slack/insectoid/commands");
    console
        .page(&ada, Method::POST, "/api/v1/apps", Some(&app))
        .await
        .assert_problem(409, "slug_taken");
    let other = app_document("other", "A0INSECT1");
    console
        .page(&ada, Method::POST, "/api/v1/apps", Some(&other))
        .await
        .assert_problem(409, "app_taken");
    assert_eq!(get(&console, &ada, "/apps").await.json::<Page<AppView>>().items, [view]);
}

#[tokio::test]
async fn the_catalogue_of_scopes_is_there() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Viewer).await;
    let page: Page<Value> = get(&console, &ada, "/scopes").await.json();
    assert!(page.items.len() > 50 && page.items.iter().all(|row| row["sensitivity"].is_string()));
}
