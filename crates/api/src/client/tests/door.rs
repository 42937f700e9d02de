//! A server that answers with a list of replies, one each, and remembers what it was asked.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response, StatusCode, Uri},
};
use futures_util::{StreamExt as _, stream};
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

/// What a call sent.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) path: String,
    pub(super) body: String,
    headers: BTreeMap<String, String>,
}

impl Seen {
    /// A header that was sent exactly once.
    pub(super) fn header(&self, name: &str) -> &str {
        &self.headers[name]
    }

    pub(super) fn has_header(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }
}

/// What to answer.
pub(super) struct Reply {
    status: u16,
    retry_after: Option<u64>,
    scopes: Option<&'static str>,
    accepted: Option<&'static str>,
    body: Content,
}

enum Content {
    Whole(String),
    Half(String),
    Dropped,
    Silent,
}

impl Reply {
    pub(super) fn json(value: &serde_json::Value) -> Self {
        Self::text(200, &value.to_string())
    }

    pub(super) fn text(status: u16, text: &str) -> Self {
        Self {
            status,
            retry_after: None,
            scopes: None,
            accepted: None,
            body: Content::Whole(text.to_owned()),
        }
    }

    pub(super) fn limited(seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::text(429, r#"{"ok":false,"error":"ratelimited"}"#)
        }
    }

    /// The same answer with the header that names the token's scopes.
    pub(super) fn with_scopes(self, list: &'static str) -> Self {
        Self {
            scopes: Some(list),
            ..self
        }
    }

    /// The same answer with the header that names the scopes of which one is enough.
    pub(super) fn accepting(self, list: &'static str) -> Self {
        Self {
            accepted: Some(list),
            ..self
        }
    }

    /// Begins an answer and drops the connection.
    pub(super) fn half(text: &str) -> Self {
        Self {
            status: 200,
            retry_after: None,
            scopes: None,
            accepted: None,
            body: Content::Half(text.to_owned()),
        }
    }

    /// Drops the connection instead of answering.
    pub(super) fn dropped() -> Self {
        Self {
            status: 200,
            retry_after: None,
            scopes: None,
            accepted: None,
            body: Content::Dropped,
        }
    }

    /// Never answers.
    pub(super) fn silent() -> Self {
        Self {
            status: 200,
            retry_after: None,
            scopes: None,
            accepted: None,
            body: Content::Silent,
        }
    }
}

#[derive(Default)]
struct Book {
    replies: VecDeque<Reply>,
    seen: Vec<Seen>,
}

type Shared = Arc<Mutex<Book>>;

/// The server. Stops when dropped.
pub(super) struct Door {
    url: Url,
    book: Shared,
    task: JoinHandle<()>,
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Door {
    pub(super) async fn open(replies: impl IntoIterator<Item = Reply>) -> Self {
        let book: Shared = Arc::new(Mutex::new(Book {
            replies: replies.into_iter().collect(),
            seen: Vec::new(),
        }));
        let router = Router::new().fallback(answer).with_state(book.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, book, task }
    }

    pub(super) fn url(&self) -> Url {
        self.url.clone()
    }

    /// The address, now that nobody listens there.
    pub(super) async fn url_after_closing(mut self) -> Url {
        self.task.abort();
        let _ = (&mut self.task).await;
        self.url.clone()
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.book.lock().unwrap().seen.clone()
    }
}

async fn answer(State(book): State<Shared>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let reply = {
        let mut book = book.lock().unwrap();
        book.seen.push(Seen {
            path: uri.path().to_owned(),
            body: String::from_utf8(body.to_vec()).unwrap(),
            headers: headers
                .keys()
                .filter(|name| headers.get_all(*name).iter().count() == 1)
                .map(|name| (name.to_string(), headers[name].to_str().unwrap().to_owned()))
                .collect(),
        });
        book.replies
            .pop_front()
            .unwrap_or_else(|| Reply::text(500, "no reply was prepared"))
    };
    let mut response = Response::builder().status(StatusCode::from_u16(reply.status).unwrap());
    if let Some(seconds) = reply.retry_after {
        response = response.header("retry-after", seconds);
    }
    if let Some(scopes) = reply.scopes {
        response = response.header("x-oauth-scopes", scopes);
    }
    if let Some(accepted) = reply.accepted {
        response = response.header("x-accepted-oauth-scopes", accepted);
    }
    let body = match reply.body {
        Content::Whole(text) => Body::from(text),
        Content::Half(text) => broken(text),
        Content::Dropped => panic!("the connection is dropped here, as the test wants"),
        Content::Silent => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Body::empty()
        }
    };
    response.body(body).unwrap()
}

/// A body that promises more than it has: the connection closes in its middle.
fn broken(text: String) -> Body {
    let begun = stream::once(async { Ok(Bytes::from(text)) });
    let cut_off = stream::once(async {
        // Long enough for the first part to be on its way.
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(io::Error::other("cut off"))
    });
    Body::from_stream(begun.chain(cut_off))
}
