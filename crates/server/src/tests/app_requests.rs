//! The approval queue by the REST door: looking, deciding one by one and many at once, and who may.

use std::{collections::BTreeSet, slice, time::Duration};

use axum::body::Body;
use futures_util::StreamExt as _;
use grantbook_core::{
    EnterpriseId, Tenant,
    approval::AppRequest,
    view::{
        Page, ReceiptState, Role,
        approvals::{
            AppRequestDetail, AppRequestNotice, AppRequestView, BulkDecided, MayDecide, Outcome, QueueSummary, State,
        },
    },
};
use grantbook_flows::{approvals::judge_new, clock::Clock as _};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::harness::{Answer, Browser, Harness, request};

const QUEUE: &str = "/api/v1/app-requests";
const ENTERPRISE: &str = "E0N0RTHW1";

/// A request as Slack lists it.
fn asked(number: usize, app: &str, team: Option<&str>, scopes: &[(&str, bool)]) -> AppRequest {
    let scopes: Vec<Value> = scopes
        .iter()
        .map(|(name, optional)| json!({ "name": name, "token_type": "bot", "is_optional": optional }))
        .collect();
    serde_json::from_value(json!({
        "id": format!("Ar{number:04}"),
        "app": { "id": format!("A0{}", app.to_uppercase()), "name": app, "developer_type": "third_party" },
        "scopes": scopes,
        "team": team,
        "enterprise": ENTERPRISE,
        "requester": { "id": format!("U{number:04}"), "name": format!("Person {number}") },
        "message": format!("We need {app} for the stand-up, says {number}."),
        "asked_at": format!("2026-11-20T10:{:02}:00Z", number % 60),
    }))
    .unwrap()
}

/// A console with these requests in its queue, judged, and somebody of each role.
struct Scene {
    console: Harness,
    approver: Browser,
    viewer: Browser,
    ids: Vec<i64>,
}

impl Scene {
    async fn with(requests: Vec<AppRequest>) -> Self {
        let console = Harness::with_app().await;
        let store = &console.state.house.store;
        let app = store.app_by_slug(&"insectoid".parse().unwrap()).await.unwrap().unwrap();
        let enterprise: EnterpriseId = ENTERPRISE.parse().unwrap();
        let now = console.clock.now();
        let tenant = Tenant::Enterprise(enterprise.clone());
        let installation = store.ensure_installation(app.row, &tenant, now).await.unwrap();
        store
            .take_app_requests(installation.row, &enterprise, &requests, now)
            .await
            .unwrap();
        let judged = judge_new(&console.state.house).await.unwrap();
        assert_eq!(judged, requests.len());
        let mut ids: Vec<i64> = Vec::new();
        for stored in store.app_requests_in(State::Open, 0, 1_000).await.unwrap() {
            ids.push(stored.id);
        }
        Self {
            approver: console.signed_in("orla", Role::Approver).await,
            viewer: console.signed_in("vera", Role::Viewer).await,
            console,
            ids,
        }
    }

    async fn three() -> Self {
        let all = [("groups:history", false), ("users:read.email", true)];
        Self::with(vec![
            asked(1, "Transcriber", Some("T0LEGAL01"), &all),
            asked(2, "Transcriber", Some("T0SALES01"), &all),
            asked(3, "Fern", None, &[("commands", false)]),
        ])
        .await
    }

    async fn look(&self, path: &str) -> Answer {
        let path = format!("{QUEUE}{path}");
        self.console.page(&self.viewer, Method::GET, &path, None).await
    }

    async fn list(&self, query: &str) -> Vec<AppRequestView> {
        let page: Page<AppRequestView> = self.look(query).await.json();
        page.items
    }

    async fn act(&self, who: &Browser, path: &str, body: Value) -> Answer {
        let path = format!("{QUEUE}/{path}");
        self.console.page(who, Method::POST, &path, Some(&body)).await
    }

    async fn detail(&self, id: i64, who: &Browser) -> AppRequestDetail {
        let path = format!("{QUEUE}/{id}");
        self.console.page(who, Method::GET, &path, None).await.json()
    }
}

#[tokio::test]
async fn the_queue_is_filtered_and_sorted_as_asked() {
    let scene = Scene::three().await;
    let apps = async |query: &str| {
        let items = scene.list(query).await;
        items
            .into_iter()
            .map(|request| (request.app_name, request.team.map(|team| team.to_string())))
            .collect::<Vec<_>>()
    };
    let named = |app: &str, team: Option<&str>| (app.to_owned(), team.map(str::to_owned));
    let (legal, sales, fern) = (
        named("Transcriber", Some("T0LEGAL01")),
        named("Transcriber", Some("T0SALES01")),
        named("Fern", None),
    );
    assert_eq!(apps("").await, [legal.clone(), sales.clone(), fern.clone()]);
    assert_eq!(apps("?sort=newest").await, [fern.clone(), sales.clone(), legal.clone()]);
    assert_eq!(apps("?sort=demand&state=open").await.last(), Some(&fern));
    assert_eq!(apps("?team=org").await, slice::from_ref(&fern));
    assert_eq!(apps("?team=T0SALES01&app=A0TRANSCRIBER").await, slice::from_ref(&sales));
    assert_eq!(apps("?q=stand-up%20FERN").await, slice::from_ref(&fern));
    assert_eq!(apps("?q=groups:history&requester=U0001").await, slice::from_ref(&legal));
    assert_eq!(apps("?risk=medium").await, [fern]);
    assert_eq!(apps("?from=2026-11-21").await, []);
    assert_eq!(apps("?state=settled").await, []);
    assert_eq!(apps("?state=new,open&limit=1").await, [legal]);
    for (query, code) in [
        ("?state=lost", "invalid_filter"),
        ("?sort=size", "invalid_filter"),
        ("?sort=demand&state=any", "invalid_filter"),
        ("?team=legal", "invalid_filter"),
        ("?risk=huge", "invalid_filter"),
        ("?decided_by=cat", "invalid_filter"),
        ("?cursor=nonsense", "invalid_cursor"),
        ("?limit=201", "invalid_limit"),
    ] {
        scene.look(query).await.assert_problem(400, code);
    }
}

#[tokio::test]
async fn a_request_is_told_with_everything_around_it() {
    let scene = Scene::three().await;
    let detail = scene.detail(scene.ids[0], &scene.approver).await;
    let scopes: Vec<_> = detail
        .scopes
        .iter()
        .map(|line| (line.name.as_str(), line.is_optional))
        .collect();
    assert_eq!(scopes, [("groups:history", false), ("users:read.email", true)]);
    assert_eq!(detail.may_decide, MayDecide::Yes);
    let others: Vec<_> = detail.also_asked.iter().map(|other| other.id).collect();
    assert_eq!(others, [scene.ids[1]]);
    assert_eq!((detail.summary.demand, detail.summary.new_scopes), (2, 2));
    let happened: Vec<_> = detail.story.iter().map(|line| line.what.as_str()).collect();
    assert_eq!(happened, ["arrived", "judged"]);
    assert!(
        detail.story[0].sentence.starts_with("Person 1 asked for Transcriber"),
        "{:?}",
        detail.story[0]
    );
    assert!(detail.risk.unwrap().score > 20 && detail.verdict.is_some() && detail.receipt.is_none());

    let MayDecide::No { code, .. } = scene.detail(scene.ids[0], &scene.viewer).await.may_decide else {
        panic!("a viewer decides nothing");
    };
    assert_eq!(code, "approvers_only");
    scene.look("/999").await.assert_problem(404, "app_request_not_found");
    scene.look("/seven").await.assert_problem(404, "not_found");
}

#[tokio::test]
async fn a_decision_is_stored_with_its_reason_and_has_a_receipt() {
    let scene = Scene::three().await;
    let id = scene.ids[0];
    let wish = json!({ "reason": "for the pilot", "for_days": 90, "withhold": ["users:read.email"] });
    let stands: AppRequestView = scene.act(&scene.approver, &format!("{id}/approve"), wish).await.json();
    assert_eq!(
        (stands.state, stands.decided_by.as_deref()),
        (State::Deciding, Some("user:orla"))
    );
    assert_eq!(stands.reason.as_deref(), Some("for the pilot"));
    let detail = scene.detail(id, &scene.viewer).await;
    let receipt = detail.receipt.unwrap();
    assert_eq!(
        (receipt.outcome, receipt.state),
        (Outcome::Approved, ReceiptState::Requested)
    );
    let told = &detail.story.last().unwrap().sentence;
    assert_eq!(
        told,
        "Orla approved it in the workspace for 90 days, without `users:read.email`: “for the pilot”"
    );
    assert_eq!(scene.list("?state=deciding&decided_by=person").await[0].id, id);
    let summary: QueueSummary = scene.look("/summary").await.json();
    assert_eq!((summary.open, summary.deciding, summary.by_people_today), (2, 1, 1));

    let again = scene.act(&scene.approver, &format!("{id}/restrict"), json!({})).await;
    again.assert_problem(409, "not_open");
}

#[tokio::test]
async fn what_cannot_be_decided_says_why() {
    let scene = Scene::three().await;
    let id = scene.ids[1];
    for (verb, wish, status, code) in [
        ("approve", json!({ "reason": "x".repeat(501) }), 422, "reason_too_long"),
        ("restrict", json!({ "reason": "x".repeat(501) }), 422, "reason_too_long"),
        ("ask", json!({ "text": "x".repeat(501) }), 422, "reason_too_long"),
        (
            "approve",
            json!({ "withhold": ["groups:history"] }),
            422,
            "scope_not_optional",
        ),
        ("approve", json!({ "for_days": 0 }), 422, "wrong_days"),
    ] {
        let answer = scene.act(&scene.approver, &format!("{id}/{verb}"), wish).await;
        answer.assert_problem(status, code);
    }
    for verb in ["approve", "restrict", "cancel", "ask"] {
        let missing = scene.act(&scene.approver, &format!("999/{verb}"), json!({})).await;
        missing.assert_problem(404, "app_request_not_found");
        let viewer = scene.act(&scene.viewer, &format!("{id}/{verb}"), json!({})).await;
        viewer.assert_problem(403, "approvers_only");
    }
    assert_eq!(scene.list("?state=open").await.len(), 3);

    // Whoever is known as the requester in Slack does not decide.
    let accounts = &scene.console.state.accounts;
    accounts.link("orla", &"U0002".parse().unwrap()).await.unwrap();
    let own = scene.act(&scene.approver, &format!("{id}/approve"), json!({})).await;
    own.assert_problem(403, "own_request");
}

#[tokio::test]
async fn asking_why_decides_nothing() {
    let scene = Scene::three().await;
    let id = scene.ids[2];
    let stands: AppRequestView = scene.act(&scene.approver, &format!("{id}/ask"), json!({})).await.json();
    assert_eq!(stands.state, State::Open);
    let story = scene.detail(id, &scene.viewer).await.story;
    assert_eq!(story.last().unwrap().what.as_str(), "asked_why");
}

#[tokio::test]
async fn many_are_decided_each_on_its_own() {
    let scene = Scene::three().await;
    let [one, two, three] = scene.ids[..] else {
        panic!("three")
    };
    scene.act(&scene.approver, &format!("{two}/cancel"), json!({})).await;
    let body = json!({
        "ids": [one, two, 999, three], "outcome": "approved",
        "wish": { "reason": "cleared", "withhold": ["users:read.email"] },
    });
    let answer: BulkDecided = scene.act(&scene.approver, "decide", body).await.json();
    let shown: Vec<_> = answer
        .items
        .iter()
        .map(|one| {
            (
                one.id,
                one.code.as_deref(),
                one.request.as_ref().map(|request| request.state),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (one, None, Some(State::Deciding)),
            (two, Some("not_open"), None),
            (999, Some("app_request_not_found"), None),
            (three, None, Some(State::Deciding)),
        ]
    );
    assert!(answer.items[1].sentence.as_ref().unwrap().ends_with('.'));
    for (ids, status, code) in [
        (vec![], 422, "wrong_number_of_requests"),
        (vec![1; 201], 422, "wrong_number_of_requests"),
    ] {
        let body = json!({ "ids": ids, "outcome": "restricted" });
        scene
            .act(&scene.approver, "decide", body)
            .await
            .assert_problem(status, code);
    }
    let body = json!({ "ids": [one], "outcome": "restricted" });
    scene
        .act(&scene.viewer, "decide", body)
        .await
        .assert_problem(403, "approvers_only");
}

#[tokio::test]
async fn the_file_has_a_line_for_each_request() {
    let scene = Scene::three().await;
    let file = scene
        .console
        .page(&scene.viewer, Method::GET, "/api/v1/app-requests.csv?sort=oldest", None)
        .await;
    assert_eq!(file.status, StatusCode::OK);
    let lines: Vec<&str> = file.text().lines().collect();
    assert_eq!(lines.len(), 4);
    let columns: BTreeSet<usize> = lines.iter().map(|line| line.split(',').count()).collect();
    assert_eq!(columns, BTreeSet::from([26]), "{}", file.text());
    assert!(
        lines[1].contains("Ar0001") && lines[1].contains("Person 1"),
        "{}",
        lines[1]
    );
}

#[tokio::test]
async fn the_stream_tells_of_requests() {
    let scene = Scene::three().await;
    let request = request(Method::GET, "/api/v1/stream").header("cookie", &scene.viewer.cookie);
    let response = scene
        .console
        .router
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let mut body = response.into_body().into_data_stream();
    let id = scene.ids[0];
    scene
        .act(&scene.approver, &format!("{id}/restrict"), json!({ "reason": "no" }))
        .await;
    let mut heard = String::new();
    while !heard.contains("\n\n") || !heard.contains("event: app_request") {
        let chunk = tokio::time::timeout(Duration::from_secs(5), body.next()).await.unwrap();
        heard.push_str(std::str::from_utf8(&chunk.unwrap().unwrap()).unwrap());
    }
    let data = heard.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let notice: AppRequestNotice = serde_json::from_str(data).unwrap();
    assert_eq!((notice.id, notice.state), (id, State::Deciding));
}
