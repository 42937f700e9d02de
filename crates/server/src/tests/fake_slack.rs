//! `FakeSlack`: answers the two methods that the token doors lead to, and remembers what it was asked.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Json, Router, extract::State, routing::post};
use serde_json::{Value, json};
use url::Url;

/// How long a refresh takes: long enough to hang up in the middle.
pub(super) const REFRESH_TAKES: Duration = Duration::from_millis(100);

/// The access token of every refresh.
pub(super) const REFRESHED: &str = "xoxe.xoxb-1-refreshed-secret";

/// A Slack on a port of its own, until the test's runtime ends.
pub(super) struct FakeSlack {
    /// Where it is.
    pub(super) url: Url,
    asked: Arc<Mutex<Vec<String>>>,
}

type Asked = State<Arc<Mutex<Vec<String>>>>;

impl FakeSlack {
    pub(super) async fn start() -> Self {
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let router = Router::new()
            .route("/api/oauth.v2.access", post(refresh))
            .route("/api/apps.uninstall", post(uninstall))
            .route("/api/auth.revoke", post(revoke))
            .with_state(asked.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, asked }
    }

    /// What it was asked, in order: the method and the form.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn refresh(State(asked): Asked, form: String) -> Json<Value> {
    asked.lock().unwrap().push(format!("oauth.v2.access {form}"));
    tokio::time::sleep(REFRESH_TAKES).await;
    Json(json!({
        "ok": true, "app_id": "A0INSECT1", "team": {"id": "T061EG9R6", "name": "Subarachnoid Workspace"},
        "enterprise": null, "is_enterprise_install": false, "scope": "chat:write", "token_type": "bot",
        "bot_user_id": "U9", "access_token": REFRESHED, "expires_in": 43200,
        "refresh_token": "xoxe-1-next-secret",
    }))
}

async fn uninstall(State(asked): Asked, form: String) -> Json<Value> {
    asked.lock().unwrap().push(format!("apps.uninstall {form}"));
    Json(json!({ "ok": true }))
}

async fn revoke(State(asked): Asked, headers: http::HeaderMap) -> Json<Value> {
    let token = headers[http::header::AUTHORIZATION].to_str().unwrap();
    asked.lock().unwrap().push(format!("auth.revoke {token}"));
    Json(json!({ "ok": true, "revoked": true }))
}
