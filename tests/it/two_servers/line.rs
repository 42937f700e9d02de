//! The line from one console to Slack: everything passes, and a refresh can be held before or after Slack has
//! heard of it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use reqwest::{Client, redirect::Policy};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// Where refreshes are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    Nowhere,
    /// Slack never hears of it.
    Question,
    /// Slack has answered.
    Answer,
}

struct Inner {
    http: Client,
    slack: String,
    hold: watch::Sender<Hold>,
    refreshes: AtomicUsize,
    held: AtomicUsize,
}

/// The line.
pub(super) struct Line {
    pub(super) url: String,
    inner: Arc<Inner>,
    serving: JoinHandle<()>,
}

impl Line {
    pub(super) async fn to(slack: &str) -> anyhow::Result<Self> {
        let http = Client::builder().redirect(Policy::none()).no_proxy();
        let inner = Arc::new(Inner {
            http: http.timeout(Duration::from_secs(60)).build()?,
            slack: slack.trim_end_matches('/').to_owned(),
            hold: watch::Sender::new(Hold::Nowhere),
            refreshes: AtomicUsize::new(0),
            held: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let doors = Router::new().fallback(pass).with_state(Arc::clone(&inner));
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, doors).await;
        });
        Ok(Self { url, inner, serving })
    }

    /// From now on, and for those held already.
    pub(super) fn hold(&self, hold: Hold) {
        self.inner.hold.send_replace(hold);
    }

    /// The refreshes that came this way.
    pub(super) fn refreshes(&self) -> usize {
        self.inner.refreshes.load(SeqCst)
    }

    /// Those of them that were held.
    pub(super) fn held(&self) -> usize {
        self.inner.held.load(SeqCst)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Inner {
    /// Waits while refreshes are held here, and says whether they were; whoever asked may be gone meanwhile, and
    /// with them this.
    async fn held_at(&self, place: Hold) -> bool {
        let mut hold = self.hold.subscribe();
        let stopped = *hold.borrow_and_update() == place;
        if stopped {
            self.held.fetch_add(1, SeqCst);
            let _ = hold.wait_for(|now| *now != place).await;
        }
        stopped
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

async fn pass(State(inner): State<Arc<Inner>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let refresh = String::from_utf8_lossy(&body).contains("grant_type=refresh_token");
    if refresh {
        inner.refreshes.fetch_add(1, SeqCst);
        if inner.held_at(Hold::Question).await {
            // Slack never hears of it, however late the end of whoever asked is noticed here.
            return StatusCode::BAD_GATEWAY.into_response();
        }
    }
    let request = inner.http.request(method, format!("{}{path}", inner.slack));
    let Ok(answer) = request.headers(own(&headers)).body(body).send().await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let (status, headers) = (answer.status(), own(answer.headers()));
    let body = answer.bytes().await.unwrap_or_default();
    if refresh {
        inner.held_at(Hold::Answer).await;
    }
    (status, headers, body).into_response()
}
