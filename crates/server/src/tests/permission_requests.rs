//! Permission requests by the REST door: drafting, repeating, exporting, and who may.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use axum::body::Body;
use futures_util::StreamExt as _;
use grantbook_core::{
    AppSlug, Fact, InstallationKey, OrderKey, Reach, ResourceId, ResourceType, Source, TeamId, Tenant,
    fact::Resource,
    ledger::Draft,
    request::{Author, RequestId, StateName},
    view::{
        Page, Role,
        requests::{PersonView, PreviewView, RequestNotice, RequestStory, RequestView},
    },
};
use grantbook_flows::clock::Clock as _;
use grantbook_store::{names::Name, recording::NewInstallation, tokens::NewToken};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::harness::{Answer, Browser, Harness};

const REQUESTS: &str = "/api/v1/permission-requests";

/// With `insectoid` installed in one workspace, where it holds its app home and nothing else.
async fn installed() -> Harness {
    let console = Harness::with_app().await;
    let now = console.clock.now();
    let slug: AppSlug = "insectoid".parse().unwrap();
    let tenant = Tenant::Team(TeamId::new("T061EG9R6").unwrap());
    let home = Resource {
        resource_type: ResourceType::AppHome,
        reach: Reach::Specific(ResourceId::new("D061F7AUR").unwrap()),
    };
    let fact = Fact::Installed {
        authorizing_user: None,
        scopes: BTreeMap::new(),
        resources: BTreeSet::from([home]),
    };
    let app = console.state.house.store.app_by_slug(&slug).await.unwrap().unwrap();
    let new = NewInstallation {
        app: app.row,
        key: InstallationKey::new(slug, tenant.clone()),
        tenant_name: "Northwind".to_owned(),
        enterprise: None,
        app_user: None,
        installer: None,
        token: Some(NewToken {
            access: "xoxa-2-test".to_owned().into(),
            refresh: None,
            issued_at: now,
            expires_at: None,
        }),
        user_tokens: Vec::new(),
        attempt: "none".to_owned(),
        request: None,
        draft: Draft {
            key: OrderKey::new(now, &fact, "oauth:1".to_owned()),
            recorded_at: now,
            source: Source::Oauth,
            actor: None,
            fact,
        },
        now,
    };
    console.state.house.store.record_installation(new).await.unwrap();
    let izzy = Name {
        id: "U061F7AUR".to_owned(),
        name: "=izzy".to_owned(),
        kind: "user".to_owned(),
    };
    console
        .state
        .house
        .store
        .save_names(&tenant, &[izzy], now)
        .await
        .unwrap();
    console
}

fn draft(scopes: &[&str]) -> Value {
    json!({ "installation": "insectoid.T061EG9R6", "user": "U061F7AUR", "scopes": scopes })
}

async fn ask(console: &Harness, browser: &Browser, path: &str, body: Option<&Value>) -> Answer {
    console
        .page(browser, Method::POST, &format!("{REQUESTS}{path}"), body)
        .await
}

#[tokio::test]
async fn an_administrator_asks_for_more_and_the_request_is_listed() {
    let console = installed().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let made = ask(&console, &ada, "", Some(&draft(&["commands"]))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let made: RequestView = made.json();
    assert_eq!((made.state, made.author_name.as_str()), (StateName::Drafted, "ada"));
    let listed = console
        .page(
            &ada,
            Method::GET,
            &format!("{REQUESTS}?state=drafted&scope=commands"),
            None,
        )
        .await;
    let listed: Page<RequestView> = listed.json();
    assert_eq!(listed.items.iter().map(|one| one.id).collect::<Vec<_>>(), [made.id]);
    let story = console
        .page(&ada, Method::GET, &format!("{REQUESTS}/{}", made.id), None)
        .await;
    let story: RequestStory = story.json();
    assert_eq!(story.request.id, made.id);
    assert!(!story.message.is_empty() && !story.button.is_empty());
    assert!(!story.milestones.is_empty() && !story.again.allowed, "{story:?}");
    let none = console
        .page(&ada, Method::GET, &format!("{REQUESTS}?state=denied,expired"), None)
        .await;
    assert_eq!(none.json::<Page<Value>>().items, [] as [Value; 0]);
}

#[tokio::test]
async fn open_pages_are_told_of_a_request() {
    let console = installed().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let open = super::harness::request(Method::GET, "/api/v1/stream").header("cookie", &ada.cookie);
    let response = console
        .router
        .clone()
        .oneshot(open.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let mut stream = response.into_body().into_data_stream();
    ask(&console, &ada, "", Some(&draft(&["commands"]))).await;
    let told = tokio::time::timeout(Duration::from_secs(10), stream.next()).await;
    let told = told.unwrap().unwrap().unwrap();
    let notice = std::str::from_utf8(&told)
        .unwrap()
        .strip_prefix("event: request\ndata: ")
        .unwrap()
        .trim();
    let expected = RequestNotice {
        request: RequestId(1),
        installation: "insectoid.T061EG9R6".parse().unwrap(),
        state: StateName::Drafted,
    };
    assert_eq!(serde_json::from_str::<RequestNotice>(notice).unwrap(), expected);
}

#[tokio::test]
async fn a_script_asks_in_the_name_of_its_key() {
    let console = installed().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let key = json!({ "name": "ada", "role": "admin" });
    let key: Value = console
        .page(&ada, Method::POST, "/api/v1/keys", Some(&key))
        .await
        .json();
    let request = super::harness::request(Method::POST, REQUESTS)
        .header("authorization", format!("Bearer {}", key["key"].as_str().unwrap()))
        .header("content-type", "application/json")
        .body(draft(&["commands"]).to_string().into());
    let made = console.send(request.unwrap()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let author = Author::Console {
        name: "API key ada".to_owned(),
    };
    assert_eq!(made.json::<RequestView>().author, author);
}

#[tokio::test]
async fn mistakes_are_all_told_and_the_gravest_is_the_code() {
    let console = installed().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let long = "x".repeat(80);
    let mut body = draft(&[]);
    body["button"] = long.into();
    let refused = ask(&console, &ada, "", Some(&body)).await;
    refused.assert_problem(422, "no_scopes");
    let detail = refused.json::<Value>()["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.contains("Choose at least one scope. ") && detail.contains("The button needs 1 to 75 characters."),
        "{detail}"
    );
    let preview: PreviewView = ask(&console, &ada, "/preview", Some(&body)).await.json();
    let codes: Vec<_> = preview.mistakes.iter().map(|mistake| mistake.code.as_str()).collect();
    assert!(
        !preview.ready && codes.contains(&"no_scopes") && codes.contains(&"button_length"),
        "{codes:?}"
    );
}

#[tokio::test]
async fn scopes_of_both_kinds_are_refused_before_slack_does() {
    let console = installed().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let body = draft(&["commands", "reminders:write:user"]);
    ask(&console, &ada, "", Some(&body))
        .await
        .assert_problem(422, "mixed_scope");
}

#[tokio::test]
async fn the_same_is_not_asked_twice_while_the_first_waits() {
    let console = installed().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let made: RequestView = ask(&console, &ada, "", Some(&draft(&["commands"]))).await.json();
    ask(&console, &ada, "", Some(&draft(&["commands"])))
        .await
        .assert_problem(409, "not_now");
    ask(&console, &ada, &format!("/{}/again", made.id), None)
        .await
        .assert_problem(409, "not_now");
    let preview: PreviewView = ask(&console, &ada, "/preview", Some(&draft(&["commands"])))
        .await
        .json();
    assert!(
        !preview.limits.allowed && preview.limits.reason.is_some(),
        "{preview:?}"
    );
}

#[tokio::test]
async fn nobody_is_asked_for_an_app_that_is_not_installed() {
    let console = Harness::with_app().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    for path in ["", "/preview"] {
        ask(&console, &ada, path, Some(&draft(&["commands"])))
            .await
            .assert_problem(404, "installation_not_found");
    }
    ask(&console, &ada, "/PR-7/again", None)
        .await
        .assert_problem(404, "request_not_found");
}

#[tokio::test]
async fn viewers_look_and_try_drafts_but_ask_nobody() {
    let console = installed().await;
    let vera = console.signed_in("vera", Role::Viewer).await;
    for (path, body) in [("", Some(draft(&["commands"]))), ("/PR-1/again", None)] {
        ask(&console, &vera, path, body.as_ref())
            .await
            .assert_problem(403, "admin_only");
    }
    let preview = ask(&console, &vera, "/preview", Some(&draft(&["commands"]))).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text());
    assert!(preview.json::<PreviewView>().ready, "{}", preview.text());
}

#[tokio::test]
async fn an_export_defuses_what_a_spreadsheet_would_run() {
    let console = installed().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    let mut body = draft(&["commands", "channels:history"]);
    body["message"] = "=1+1".into();
    let made: RequestView = ask(&console, &ada, "", Some(&body)).await.json();
    assert_eq!(made.id, RequestId(1));
    let export = console
        .page(&ada, Method::GET, &format!("{REQUESTS}.csv?app=insectoid"), None)
        .await;
    let lines: Vec<_> = export.text().lines().collect();
    assert_eq!(lines.len(), 2, "{}", export.text());
    assert!(lines[1].starts_with("PR-1,drafted,,"), "{}", lines[1]);
    assert!(
        lines[1].contains(",\"'=izzy\",") && lines[1].contains(",channels:history commands,"),
        "{}",
        lines[1]
    );
}

#[tokio::test]
async fn people_are_found_by_name_or_id() {
    let console = installed().await;
    let ada = console.signed_in("ada", Role::Viewer).await;
    for (q, found) in [("", 1), ("izz", 1), ("U061F7AUR", 1), ("nobody", 0)] {
        let path = format!("/api/v1/installations/insectoid.T061EG9R6/people?q={q}");
        let page: Page<PersonView> = console.page(&ada, Method::GET, &path, None).await.json();
        assert_eq!(page.items.len(), found, "{q}");
    }
}
