//! A simulator, an app that receives events, and a browser without redirects.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use grantbook_api::{secret::SigningSecret, signature};
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use url::Url;

use crate::{Seed, SlackSim, VirtualClock};

pub(super) const IZZY: &str = "U061F7AUR";
pub(super) const TEAM: &str = "T061EG9R6";
pub(super) const CHANNEL: &str = "C061EG9T2";
pub(super) const CLIENT_ID: &str = "11820576016.6048553856";

/// A delivery as the app saw it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) retry: Option<(String, String)>,
    pub(super) body: Value,
}

/// A press or a command as the app saw it.
#[derive(Clone, Debug)]
pub(super) struct SeenForm {
    pub(super) path: String,
    pub(super) raw: Vec<u8>,
}

/// What the app answers to a press or a command, and after how long.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
    pub(super) after: Duration,
}

/// What deliveries are checked with: each app's secret by its slug, and the time.
type Checks = (Vec<(String, SigningSecret)>, VirtualClock);

#[derive(Clone, Default)]
struct Receiver {
    seen: Arc<Mutex<Vec<Seen>>>,
    answers: Arc<Mutex<VecDeque<(u16, bool)>>>,
    forms: Arc<Mutex<Vec<SeenForm>>>,
    replies: Arc<Mutex<VecDeque<Answer>>>,
    checks: Arc<Mutex<Option<Checks>>>,
}

pub(super) struct Harness {
    pub(super) sim: SlackSim,
    pub(super) http: reqwest::Client,
    pub(super) callback: String,
    receiver: Receiver,
}

async fn receive(State(receiver): State<Receiver>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let (secrets, clock) = receiver.checks.lock().unwrap().clone().unwrap();
    let of_app = |(slug, _): &&(String, SigningSecret)| uri.path().starts_with(&format!("/slack/{slug}/"));
    let secret = secrets.iter().find(of_app).unwrap().1.clone();
    let (timestamp, signature) = (header("x-slack-request-timestamp"), header("x-slack-signature"));
    let now = clock.now().seconds();
    if signature::verify(&secret, timestamp.as_deref(), signature.as_deref(), &body, now).is_err() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if header("content-type").as_deref() == Some("application/x-www-form-urlencoded") {
        let path = uri.path().to_owned();
        receiver.forms.lock().unwrap().push(SeenForm {
            path,
            raw: body.to_vec(),
        });
        let reply = receiver.replies.lock().unwrap().pop_front();
        let Some(reply) = reply else {
            return StatusCode::OK.into_response();
        };
        tokio::time::sleep(reply.after).await;
        return (StatusCode::from_u16(reply.status).unwrap(), reply.body).into_response();
    }
    let retry = header("x-slack-retry-num").map(|num| (num, header("x-slack-retry-reason").unwrap_or_default()));
    receiver.seen.lock().unwrap().push(Seen {
        retry,
        body: serde_json::from_slice(&body).unwrap(),
    });
    let (status, no_retry) = receiver.answers.lock().unwrap().pop_front().unwrap_or((200, false));
    let no_retry = if no_retry { "1" } else { "0" };
    (StatusCode::from_u16(status).unwrap(), [("x-slack-no-retry", no_retry)]).into_response()
}

impl Harness {
    pub(super) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With Northwind changed.
    pub(super) async fn start_with(change: impl FnOnce(&mut Seed)) -> Self {
        let receiver = Receiver::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let console = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(receive).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let clock = VirtualClock::new();
        let mut seed = Seed::northwind(&console);
        change(&mut seed);
        let sim = SlackSim::builder()
            .seed(seed)
            .clock(clock.clone())
            .start()
            .await
            .unwrap();
        let secrets = sim
            .apps()
            .into_iter()
            .map(|app| (app.slug.to_string(), app.signing_secret));
        *receiver.checks.lock().unwrap() = Some((secrets.collect(), clock));
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let callback = format!("{console}/slack/insectoid/oauth/callback");
        Self {
            sim,
            http,
            callback,
            receiver,
        }
    }

    pub(super) fn secret(&self) -> String {
        let apps = self.sim.apps();
        apps.iter()
            .find(|app| app.slug.as_str() == "insectoid")
            .unwrap()
            .client_secret
            .expose()
            .to_owned()
    }

    /// What the app answers next: a status, and whether it wants no retry.
    pub(super) fn answer_with(&self, answers: &[(u16, bool)]) {
        self.receiver.answers.lock().unwrap().extend(answers);
    }

    /// What the app answers to the next press or command.
    pub(super) fn reply_with(&self, status: u16, body: &str, after: Duration) {
        let body = body.to_owned();
        self.receiver
            .replies
            .lock()
            .unwrap()
            .push_back(Answer { status, body, after });
    }

    /// The presses and commands the app got.
    pub(super) fn forms(&self) -> Vec<SeenForm> {
        self.receiver.forms.lock().unwrap().clone()
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.receiver.seen.lock().unwrap().clone()
    }

    pub(super) fn authorize_url(&self, fields: &[(&str, &str)]) -> Url {
        let mut url = Url::parse(&format!("{}/oauth/authorize", self.sim.url())).unwrap();
        url.query_pairs_mut()
            .extend_pairs([
                ("client_id", CLIENT_ID),
                ("redirect_uri", self.callback.as_str()),
                ("team", TEAM),
                ("user", IZZY),
            ])
            .extend_pairs(fields);
        url
    }

    /// Opens the consent page and sends its form; answers the callback's query.
    pub(super) async fn consent(&self, ask: &[(&str, &str)], choose: &[(&str, &str)]) -> Vec<(String, String)> {
        let page = self.http.get(self.authorize_url(ask)).send().await.unwrap();
        assert_eq!(page.status(), 200);
        let text = page.text().await.unwrap();
        let nonce = text
            .split("name=\"nonce\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        let mut form = vec![("nonce", nonce.as_str()), ("team", TEAM), ("user", IZZY)];
        form.extend_from_slice(choose);
        let answer = self
            .http
            .post(format!("{}/oauth/authorize", self.sim.url()))
            .form(&form)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 302);
        let location = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        assert!(location.as_str().starts_with(&self.callback));
        location.query_pairs().into_owned().collect()
    }

    /// A code for these scopes and choices.
    pub(super) async fn code(&self, scope: &str, choose: &[(&str, &str)]) -> String {
        let mut choices = vec![("decision", "allow")];
        choices.extend_from_slice(choose);
        let query = self.consent(&[("scope", scope), ("state", "s")], &choices).await;
        query.into_iter().find(|(name, _)| name == "code").unwrap().1
    }

    /// Calls a method with a form.
    pub(super) async fn call(&self, method: &str, token: Option<&str>, form: &[(&str, &str)]) -> Value {
        let mut request = self.http.post(format!("{}/api/{method}", self.sim.url())).form(form);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await.unwrap().json().await.unwrap()
    }

    /// `oauth.access` with HTTP Basic and the right secret.
    pub(super) async fn access(&self, form: &[(&str, &str)]) -> Value {
        let request = self
            .http
            .post(format!("{}/api/oauth.access", self.sim.url()))
            .form(form);
        request
            .basic_auth(CLIENT_ID, Some(self.secret()))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    /// Installs the app; answers its token.
    pub(super) async fn install(&self, scope: &str, choose: &[(&str, &str)]) -> String {
        let code = self.code(scope, choose).await;
        let answer = self.access(&[("code", &code), ("redirect_uri", &self.callback)]).await;
        assert_eq!(answer["ok"], json!(true), "{answer}");
        answer["access_token"].as_str().unwrap().to_owned()
    }

    pub(super) async fn act(&self, action: Value) {
        let mut action = action;
        action["app"] = json!("insectoid");
        action["team"] = json!(TEAM);
        self.sim.act(serde_json::from_value(action).unwrap()).await.unwrap();
    }
}
