//! Who keeps watch is told of every answer.

use std::sync::{Arc, Mutex};

use grantbook_core::Scope;
use serde_json::json;

use super::{
    app, auth_test, client,
    door::{Door, Reply},
    whoami,
};
use crate::{client::Observed, secret::RefreshToken};

/// Keeps what was observed as lines: method, installation, accepted scopes, the token's scopes, outcome.
fn watch() -> (Arc<Mutex<Vec<String>>>, crate::Observer) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = lines.clone();
    let observer = move |seen: &Observed<'_>| {
        let list = |scopes: Option<&[Scope]>| {
            scopes.map_or("-".to_owned(), |all| {
                all.iter().map(Scope::as_str).collect::<Vec<_>>().join(",")
            })
        };
        let name = seen.installation.map_or("-".to_owned(), ToString::to_string);
        let (accepted, scopes) = (list(seen.accepted), list(seen.scopes));
        assert_eq!(seen.holder, seen.installation.map(|_| "app"));
        let outcome = seen.error.map_or("ok".to_owned(), ToString::to_string);
        assert_eq!(seen.is_ok(), outcome == "ok");
        kept.lock()
            .unwrap()
            .push(format!("{} {name} {accepted} {scopes} {outcome}", seen.method));
    };
    (lines, Arc::new(observer))
}

#[tokio::test]
async fn every_answer_is_observed_refusals_and_retries_too() {
    let door = Door::open([
        Reply::limited(0),
        whoami().with_scopes("chat:write,commands").accepting("team:read"),
        Reply::json(&json!({"ok": false, "error": "missing_scope", "needed": "team:read"}))
            .with_scopes("chat:write")
            .accepting("team:read"),
        whoami().accepting(""),
        Reply::dropped(),
    ])
    .await;
    let (lines, observer) = watch();
    let watched = client(&door).with_observer(observer);
    assert!(auth_test(&watched, "insectoid.T1").await.is_ok());
    assert!(auth_test(&watched, "insectoid.T1").await.is_err());
    assert!(auth_test(&watched, "insectoid.E2").await.is_ok());
    let lost = watched.oauth_v2_refresh(&app(), RefreshToken::new("xoxe-1-old")).await;
    assert!(lost.is_err());
    assert_eq!(
        *lines.lock().unwrap(),
        [
            "auth.test insectoid.T1 - - rate limited, free again in 0 s",
            "auth.test insectoid.T1 team:read chat:write,commands ok",
            "auth.test insectoid.T1 team:read chat:write Slack refused: missing_scope",
            "auth.test insectoid.E2 - - ok",
            "oauth.v2.access - - - no answer from Slack: the connection closed",
        ]
    );
}
