//! Every path and method that the OpenAPI document names is closed to strangers, but for a listed few.

use axum::body::Body;
use grantbook_core::view::Role;
use http::{Method, StatusCode};
use serde_json::Value;

use super::harness::{Harness, request};

/// What a stranger may use, with the reason.
const PUBLIC: [(&str, &str); 4] = [
    ("GET", "/api/v1/welcome"),       // the sign-in page asks it
    ("POST", "/api/v1/session"),      // signing in
    ("POST", "/api/v1/session/demo"), // signing in, in the demo
    ("POST", "/api/v1/setup"),        // the one-time link is the proof
];

async fn operations(console: &Harness) -> Vec<(String, String, Value)> {
    let document: Value = console.get("/api/v1/openapi.json").await.json();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    found
}

/// The path with ids that could be ones.
fn filled(path: &str) -> String {
    path.replace("permission-requests/{id}", "permission-requests/PR-7")
        .replace("{version}", "7")
        .replace("{enterprise}", "E061EG9R6")
        .replace("{app}", "A061BL8RQ0")
        .replace("{alarm}", "7")
        .replace("{id}", "insectoid.T061EG9R6")
        .replace("{method}", "auth.test")
        .replace("{slug}", "insectoid")
        .replace("{holder}", "app")
        .replace("{tenant}", "T061EG9R6")
}

#[tokio::test]
async fn every_door_is_closed_to_strangers_except_those_listed() {
    let console = Harness::new().await;
    let mut asked = 0;
    for (method, path, operation) in operations(&console).await {
        let listed = PUBLIC.contains(&(method.as_str(), path.as_str()));
        let documented = operation["security"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one == &Value::Object(serde_json::Map::new())));
        assert_eq!(
            listed, documented,
            "{method} {path}: the document and the list disagree on whether it is public"
        );
        let request = request(method.parse().unwrap(), &filled(&path))
            .body(Body::empty())
            .unwrap();
        let answer = console.send(request).await;
        if listed {
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        } else {
            assert_eq!(
                answer.status,
                StatusCode::UNAUTHORIZED,
                "{method} {path}: {}",
                answer.text()
            );
            answer.assert_problem(401, "not_signed_in");
        }
        asked += 1;
    }
    assert!(asked >= 37, "{asked}");
}

#[tokio::test]
async fn every_change_needs_a_csrf_token() {
    let console = Harness::new().await;
    let ada = console.signed_in("ada", Role::Admin).await;
    for (method, path, _) in operations(&console).await {
        let method: Method = method.parse().unwrap();
        if method.is_safe() || PUBLIC.contains(&(method.as_str(), path.as_str())) {
            continue;
        }
        let request = request(method.clone(), &filled(&path)).header("cookie", &ada.cookie);
        let answer = console.send(request.body(Body::empty()).unwrap()).await;
        answer.assert_problem(403, "csrf_token_invalid");
    }
}

#[tokio::test]
async fn every_operation_is_described() {
    let console = Harness::new().await;
    for (method, path, operation) in operations(&console).await {
        assert!(
            operation["summary"].is_string() && operation["tags"].is_array(),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn every_list_is_described_with_its_limit_and_cursor() {
    let console = Harness::new().await;
    // Few and bounded: an organization has a handful of apps, Slack some hundred scopes, a search fifty people.
    let whole = ["/api/v1/apps", "/api/v1/scopes", "/api/v1/installations/{id}/people"];
    for (method, path, operation) in operations(&console).await {
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
        if !schema.as_str().is_some_and(|name| name.contains("Page_")) || whole.contains(&path.as_str()) {
            continue;
        }
        let named: Vec<_> = operation["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].clone())
            .collect();
        assert!(
            named.contains(&"limit".into()) && named.contains(&"cursor".into()),
            "{method} {path}: {named:?}"
        );
        let distinct: std::collections::BTreeSet<_> = named.iter().map(ToString::to_string).collect();
        assert_eq!(distinct.len(), named.len(), "{method} {path}: {named:?}");
    }
}
