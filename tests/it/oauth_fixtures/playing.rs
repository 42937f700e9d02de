//! One run: a stand-in that answers the exchange with the recorded body, a console, and a browser between them.

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use axum::{
    Router,
    extract::{Path, State},
    http::header::CONTENT_TYPE,
    response::{IntoResponse as _, Response},
    routing::post,
};
use grantbook_core::view::{Model, NewApp};
use grantbook_flows::browse::Browse;
use grantbook_simulator::VirtualClock;
use grantbook_store::queries::{PageRequest, installations::InstallationFilter};
use reqwest::{Client, StatusCode, header, redirect::Policy};
use serde_json::{Value, json};
use url::Url;

use super::{Asks, told};
use crate::console::{Console, reserve};

/// The app of answers that name none.
const NOBODYS: &str = "A0NOBODYS";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../crates/api/fixtures/oauth")
}

/// A recorded answer.
pub(super) fn body(file: &str) -> std::io::Result<String> {
    fs::read_to_string(folder().join(file))
}

/// Every recorded answer, by folder and file.
pub(super) fn recorded() -> BTreeSet<String> {
    let of = |folder: fs::DirEntry| {
        let files = fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
        let name = folder.file_name();
        files.map(move |file| format!("{}/{}", name.display(), file.file_name().display()))
    };
    fs::read_dir(folder())
        .unwrap()
        .map(Result::unwrap)
        .flat_map(of)
        .collect()
}

/// What the stand-in answers, and what it was asked.
struct Play {
    method: &'static str,
    body: String,
    asked: Mutex<Vec<String>>,
}

/// Anything but the exchange is refused in a way that nobody tries again.
async fn answer(State(play): State<Arc<Play>>, Path(method): Path<String>) -> Response {
    play.asked
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(method.clone());
    let body = if method == play.method {
        play.body.clone()
    } else {
        json!({ "ok": false, "error": "not_allowed_token_type" }).to_string()
    };
    ([(CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}

/// An install that met its answer.
pub(super) struct Run {
    /// What the browser was told.
    pub(super) status: StatusCode,
    /// The page it was shown.
    pub(super) page: String,
    console: Console,
    play: Arc<Play>,
    serving: tokio::task::JoinHandle<()>,
}

impl Run {
    /// With a recorded answer, for the app that it names.
    pub(super) async fn of(file: &str, asks: Asks) -> anyhow::Result<Self> {
        Self::with(body(file)?, asks).await
    }

    /// With a recorded answer, for another app.
    pub(super) async fn of_another_app(file: &str, asks: Asks) -> anyhow::Result<Self> {
        Self::play(body(file)?, asks, "A0ANOTHER").await
    }

    /// With this answer, for the app that it names.
    pub(super) async fn with(body: String, asks: Asks) -> anyhow::Result<Self> {
        let value: Value = serde_json::from_str(&body)?;
        let app_id = value["app_id"].as_str().filter(|id| !id.is_empty());
        let app_id = app_id.unwrap_or(NOBODYS).to_owned();
        Self::play(body, asks, &app_id).await
    }

    async fn play(body: String, asks: Asks, app_id: &str) -> anyhow::Result<Self> {
        let (model, method) = match asks {
            Asks::Workspace => (Model::Workspace, "oauth.access"),
            Asks::Modern => (Model::Modern, "oauth.v2.access"),
        };
        let play = Arc::new(Play {
            method,
            body,
            asked: Mutex::default(),
        });
        let doors = Router::new()
            .route("/api/{method}", post(answer))
            .with_state(Arc::clone(&play));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let slack: Url = format!("http://{}/", listener.local_addr()?).parse()?;
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, doors).await;
        });
        let (address, _) = reserve();
        let console = Console::start(address, slack, VirtualClock::new()).await?;
        console.register(app(app_id, model)?).await?;
        let (status, page) = install(&console).await?;
        Ok(Self {
            status,
            page,
            console,
            play,
            serving,
        })
    }

    /// What is stored, in words.
    pub(super) async fn kept(&self) -> anyhow::Result<Vec<String>> {
        anyhow::ensure!(self.status.is_redirection(), "{}: {}", self.status, self.page);
        told::all(&self.console.house).await
    }

    /// The code that the page shows and the attempt ended with, with the proof that nothing was stored.
    pub(super) async fn refusal(&self) -> anyhow::Result<Vec<String>> {
        let house = &self.console.house;
        let attempts = Browse::new(house.clone())
            .installs(None, &PageRequest::first(5))
            .await?;
        let [attempt] = attempts.items.as_slice() else {
            anyhow::bail!("{} attempts", attempts.items.len());
        };
        assert_eq!(
            (attempt.outcome.as_str(), attempt.installation.as_ref()),
            ("failed", None)
        );
        let code = attempt.error.clone().context("a code")?;
        assert!(self.page.contains(&code), "{code} is not on the page: {}", self.page);
        let any = InstallationFilter::default();
        let kept = house
            .store
            .installations(&any, &PageRequest::first(5), house.clock.now())
            .await?;
        assert!(kept.items.is_empty(), "{:?}", kept.items);
        let asked = self.play.asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        assert_eq!(asked, [self.play.method], "nothing else is asked after a refusal");
        Ok(vec![code])
    }

    pub(super) async fn end(self) -> anyhow::Result<()> {
        self.serving.abort();
        self.console.stop().await
    }
}

fn app(app_id: &str, model: Model) -> anyhow::Result<NewApp> {
    Ok(serde_json::from_value(json!({
        "slug": "the-app", "name": "The app", "app_id": app_id, "model": model, "client_id": "1.2",
        "client_secret": "client secret", "signing_secret": "signing secret", "scopes": ["chat:write"],
    }))?)
}

/// From the install door to Slack's page, which is taken as allowed, and back with the state and the cookie.
async fn install(console: &Console) -> anyhow::Result<(StatusCode, String)> {
    let browser = Client::builder().redirect(Policy::none()).cookie_store(true).build()?;
    let answer = browser.get(console.at("slack/the-app/install")).send().await?;
    let page: Url = answer.headers()[header::LOCATION].to_str()?.parse()?;
    let state = page.query_pairs().find(|(name, _)| name == "state");
    let state = state.context("a state")?.1.into_owned();
    let mut callback: Url = console.at("slack/the-app/oauth/callback").parse()?;
    callback
        .query_pairs_mut()
        .append_pair("code", "the-code")
        .append_pair("state", &state);
    let answer = browser.get(callback).send().await?;
    Ok((answer.status(), answer.text().await?))
}
