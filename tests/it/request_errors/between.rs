//! What lies between the console and Slack: calls can be changed on their way, and what Slack posts can be
//! held back until the test hands it on.

use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use reqwest::Client;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::mpsc,
};
use url::Url;

/// A call of the console on its way to Slack.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// The body ends before its announced length.
    pub(crate) cut_short: bool,
}

impl Sent {
    /// Sets a header.
    pub(crate) fn set(&mut self, name: HeaderName, value: &str) {
        self.headers.insert(name, HeaderValue::from_str(value).unwrap());
    }

    /// Changes the form's text.
    pub(crate) fn replace(&mut self, from: &str, to: &str) {
        assert!(self.body.contains(from), "{from} is not in {}", self.body);
        self.body = self.body.replacen(from, to, 1);
    }
}

/// What happens to the next call that asks for permissions.
pub(crate) type Bend = Box<dyn FnOnce(&mut Sent) + Send>;

/// Something that Slack posted to the app.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

struct Inner {
    http: Client,
    slack: OnceLock<String>,
    console: OnceLock<String>,
    bend: Mutex<Option<Bend>>,
    answers: Mutex<Vec<Value>>,
    holds_events: AtomicBool,
    presses: mpsc::UnboundedSender<Letter>,
    events: mpsc::UnboundedSender<Letter>,
}

/// The post office: presses are always held, events on demand, commands swallowed.
pub(crate) struct Between {
    pub(crate) url: Url,
    inner: Arc<Inner>,
    presses: tokio::sync::Mutex<mpsc::UnboundedReceiver<Letter>>,
    events: tokio::sync::Mutex<mpsc::UnboundedReceiver<Letter>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Between {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let (presses, held_presses) = mpsc::unbounded_channel();
        let (events, held_events) = mpsc::unbounded_channel();
        let inner = Arc::new(Inner {
            http: Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .build()?,
            slack: OnceLock::new(),
            console: OnceLock::new(),
            bend: Mutex::default(),
            answers: Mutex::default(),
            holds_events: AtomicBool::new(false),
            presses,
            events,
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?).parse()?;
        let doors = Router::new().fallback(pass).with_state(Arc::clone(&inner));
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, doors).await;
        });
        Ok(Self {
            url,
            inner,
            presses: tokio::sync::Mutex::new(held_presses),
            events: tokio::sync::Mutex::new(held_events),
            serving,
        })
    }

    /// Says who is on either side.
    pub(crate) fn connect(&self, slack: &str, console: &str) {
        self.inner.slack.set(slack.trim_end_matches('/').to_owned()).unwrap();
        self.inner
            .console
            .set(console.trim_end_matches('/').to_owned())
            .unwrap();
    }

    /// Changes the next call that asks for permissions.
    pub(crate) fn bend(&self, bend: Bend) {
        *self.inner.bend.lock().unwrap_or_else(PoisonError::into_inner) = Some(bend);
    }

    /// What Slack answered to the latest call that asked for permissions.
    pub(crate) fn answer(&self) -> Value {
        let answers = self.inner.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.last().cloned().unwrap_or_default()
    }

    /// Holds events back from now on, or lets them pass.
    pub(crate) fn hold_events(&self, hold: bool) {
        self.inner.holds_events.store(hold, Ordering::SeqCst);
    }

    /// The next press that Slack posted.
    pub(crate) async fn press(&self) -> Letter {
        next(&self.presses).await
    }

    /// The next event that was held back.
    pub(crate) async fn event(&self) -> Letter {
        next(&self.events).await
    }

    /// Hands a letter on.
    pub(crate) async fn deliver(&self, letter: &Letter) -> anyhow::Result<StatusCode> {
        Ok(self.inner.to_console(letter).await?.status())
    }

    pub(crate) fn end(self) {
        self.serving.abort();
    }
}

async fn next(letters: &tokio::sync::Mutex<mpsc::UnboundedReceiver<Letter>>) -> Letter {
    let mut letters = letters.lock().await;
    let wait = std::time::Duration::from_secs(10);
    let letter = tokio::time::timeout(wait, letters.recv()).await;
    letter
        .expect("a letter within ten seconds")
        .expect("the office is open")
}

async fn pass(State(inner): State<Arc<Inner>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    if !path.starts_with("/slack/") {
        let sent = Sent {
            path,
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
            cut_short: false,
        };
        return inner.to_slack(method, sent).await;
    }
    let letter = Letter { path, headers, body };
    if letter.path.ends_with("/interactions") {
        let _ = inner.presses.send(letter);
        return StatusCode::OK.into_response();
    }
    if letter.path.ends_with("/commands") {
        return StatusCode::OK.into_response();
    }
    if inner.holds_events.load(Ordering::SeqCst) {
        let _ = inner.events.send(letter);
        return StatusCode::OK.into_response();
    }
    match inner.to_console(&letter).await {
        Ok(answer) => returned(answer).await,
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

/// Headers that belong to one connection, or that the client writes itself.
fn own(headers: &HeaderMap) -> HeaderMap {
    let mut own = headers.clone();
    for name in [
        header::HOST,
        header::CONTENT_LENGTH,
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::ACCEPT_ENCODING,
    ] {
        own.remove(name);
    }
    own
}

async fn returned(answer: reqwest::Response) -> Response {
    let (status, headers) = (answer.status(), own(answer.headers()));
    match answer.bytes().await {
        Ok(body) => (status, headers, body).into_response(),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

impl Inner {
    async fn to_console(&self, letter: &Letter) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}{}", self.console.get().unwrap(), letter.path);
        let request = self.http.post(url).headers(own(&letter.headers));
        request.body(letter.body.clone()).send().await
    }

    async fn to_slack(&self, method: Method, mut sent: Sent) -> Response {
        let asks = sent.path.starts_with("/api/apps.permissions.") && sent.path.ends_with("request");
        if asks && let Some(bend) = self.bend.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bend(&mut sent);
        }
        let slack = self.slack.get().unwrap();
        let (status, headers, body) = if sent.cut_short {
            (StatusCode::OK, HeaderMap::new(), cut_short(slack, &sent).await)
        } else {
            let url = format!("{slack}{}", sent.path);
            let request = self.http.request(method, url).headers(own(&sent.headers));
            let Ok(answer) = request.body(sent.body).send().await else {
                return StatusCode::BAD_GATEWAY.into_response();
            };
            let (status, headers) = (answer.status(), own(answer.headers()));
            (status, headers, answer.bytes().await.unwrap_or_default())
        };
        if asks {
            let answer = serde_json::from_slice(&body).unwrap_or_default();
            self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
        }
        (status, headers, Body::from(body)).into_response()
    }
}

/// Sends a call whose body ends too early; the answer's body.
async fn cut_short(slack: &str, sent: &Sent) -> Bytes {
    let address = slack.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let text = |name| sent.headers[name].to_str().unwrap();
    let half = &sent.body[..sent.body.len() / 2];
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: {}\r\ncontent-type: {}\r\n\
         content-length: {}\r\n\r\n{half}",
        sent.path,
        text(header::AUTHORIZATION),
        text(header::CONTENT_TYPE),
        sent.body.len(),
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    Bytes::from(body.unwrap_or_default())
}
