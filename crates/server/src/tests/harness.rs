//! `Harness`: a console in this process, without a socket.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
};
use grantbook_api::{
    client::SlackClient,
    http::{HttpClient, HttpSettings},
    secret::SigningSecret,
    signature,
};
use grantbook_core::{
    Timestamp,
    view::{NewApp, Problem, Role, SessionView},
};
use grantbook_flows::{
    Addresses, House,
    clock::{Clock, SystemIds},
    progressive,
};
use grantbook_store::{Options, Store, Synchronous, Vault};
use http::{HeaderMap, Method, Request, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use url::Url;

use crate::{
    app::{AppState, Lifecycle, Parts, router},
    settings::Settings,
    telemetry,
};

/// A password that is long enough.
pub(super) const PASSWORD: &str = "correct horse battery";
/// The signing secret of the app that [`Harness::with_app`] registers.
pub(super) const SIGNING_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

/// A clock that stands until it is moved.
#[derive(Debug)]
pub(super) struct StandingClock(AtomicI64);

impl StandingClock {
    pub(super) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// A console in this process.
pub(super) struct Harness {
    pub(super) router: Router,
    pub(super) state: AppState,
    pub(super) clock: Arc<StandingClock>,
    _folder: tempfile::TempDir,
}

/// An answer, whole.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// What a signed-in browser shows.
#[derive(Clone, Debug)]
pub(super) struct Browser {
    pub(super) cookie: String,
    pub(super) csrf: String,
}

impl Answer {
    pub(super) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub(super) fn assert_problem(&self, status: u16, code: &str) {
        assert_eq!(
            self.headers[header::CONTENT_TYPE],
            "application/problem+json",
            "{}",
            self.text()
        );
        let problem: Problem = self.json();
        assert_eq!(
            (self.status.as_u16(), problem.code.as_str()),
            (status, code),
            "{problem:?}"
        );
        assert_eq!(problem.status, status);
        assert!(problem.detail.ends_with(['.', ']', '`']) || !problem.detail.is_empty());
    }

    /// The cookie that was set, as the browser sends it back.
    pub(super) fn cookie(&self) -> String {
        let set = self.headers[header::SET_COOKIE].to_str().unwrap();
        set.split(';').next().unwrap().to_owned()
    }
}

impl Harness {
    pub(super) async fn new() -> Self {
        Self::with(Settings::new("http://127.0.0.1:8080/".parse().unwrap())).await
    }

    pub(super) async fn with(settings: Settings) -> Self {
        // Nothing listens on the discard port: a test that reached Slack would fail at once.
        Self::beside(settings, "http://127.0.0.1:9/".parse().unwrap()).await
    }

    async fn beside(settings: Settings, slack_url: Url) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::from_hex(&"07".repeat(32).into(), 1).unwrap();
        let options = Options {
            max_connections: 4,
            sqlite_synchronous: Synchronous::Normal,
        };
        let url = format!("sqlite://{}", folder.path().join("book.sqlite").display());
        let store = Store::open(&url, vault, options).await.unwrap();
        store.migrate().await.unwrap();
        let http = HttpClient::new(&HttpSettings::default()).unwrap();
        let slack = SlackClient::new(slack_url.clone(), http);
        let clock = Arc::new(StandingClock(AtomicI64::new(1_795_300_000_000_000)));
        let addresses = Addresses {
            public_url: settings.public_url.clone(),
            slack_url,
        };
        let requests = progressive::Settings::default();
        let house = House::new(store, slack, clock.clone(), Arc::new(SystemIds), addresses, requests);
        let metrics = telemetry::metrics().unwrap();
        let state = AppState::new(Parts {
            house,
            settings,
            metrics,
            lifecycle: Lifecycle::default(),
        });
        Self {
            router: router(state.clone()),
            state,
            clock,
            _folder: folder,
        }
    }

    /// With the app `insectoid` registered.
    pub(super) async fn with_app() -> Self {
        Self::new().await.and_app().await
    }

    /// The same, with a Slack that answers.
    pub(super) async fn with_app_at(slack_url: Url) -> Self {
        let settings = Settings::new("http://127.0.0.1:8080/".parse().unwrap());
        Self::beside(settings, slack_url).await.and_app().await
    }

    async fn and_app(self) -> Self {
        let app: NewApp = serde_json::from_value(app_document("insectoid", "A0INSECT1")).unwrap();
        self.state.apps.add(app).await.unwrap();
        self
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// Without a session.
    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    /// As Slack sends it: `body` signed with `secret`, `age` seconds ago.
    pub(super) async fn signed(&self, path: &str, body: &str, secret: &str, age: i64) -> Answer {
        let at = self.clock.now().seconds() - age;
        let signature = signature::sign(&SigningSecret::new(secret), at, body.as_bytes());
        let request = request(Method::POST, path)
            .header("x-slack-request-timestamp", at)
            .header("x-slack-signature", signature);
        self.send(request.body(body.to_owned().into()).unwrap()).await
    }

    /// Without a session.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = request(Method::POST, path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.to_string().into()).unwrap()).await
    }

    /// As a signed-in browser's page does it.
    pub(super) async fn page(&self, browser: &Browser, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = request(method, path)
            .header(header::COOKIE, &browser.cookie)
            .header("x-csrf-token", &browser.csrf)
            .header(header::CONTENT_TYPE, "application/json");
        let body = body.map_or_else(Body::empty, |body| body.to_string().into());
        self.send(request.body(body).unwrap()).await
    }

    /// With an API key.
    pub(super) async fn script(&self, key: &str, method: Method, path: &str) -> Answer {
        let request = request(method, path).header(header::AUTHORIZATION, format!("Bearer {key}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Makes an account and signs it in through the door.
    pub(super) async fn signed_in(&self, name: &str, role: Role) -> Browser {
        self.state
            .accounts
            .create_user(name, PASSWORD.into(), role)
            .await
            .unwrap();
        let answer = self
            .post("/api/v1/session", &json!({ "name": name, "password": PASSWORD }))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        browser(&answer)
    }
}

/// The browser that got this answer to signing in.
pub(super) fn browser(answer: &Answer) -> Browser {
    Browser {
        cookie: answer.cookie(),
        csrf: answer.json::<SessionView>().csrf_token,
    }
}

pub(super) fn request(method: Method, path: &str) -> http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "127.0.0.1:8080")
}

pub(super) fn app_document(slug: &str, app_id: &str) -> Value {
    json!({
        "slug": slug, "name": "Insectoid", "app_id": app_id, "model": "workspace", "client_id": "1.2",
        "client_secret": "client secret", "signing_secret": SIGNING_SECRET, "scopes": ["chat:write"],
    })
}
