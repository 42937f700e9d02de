//! A server that plays Slack's part of Socket Mode: each connection is handed to the test as a `Line`.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{
        Query, State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    client::SlackClient,
    http::{HttpClient, HttpSettings},
};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(10);

struct Desk {
    tickets: BTreeSet<u32>,
    issued: u32,
    /// Answers to `apps.connections.open` before it gives addresses.
    refusals: VecDeque<Value>,
    address: String,
    lines: UnboundedSender<WebSocket>,
}

type Shared = Arc<Mutex<Desk>>;

/// The server. Stops when dropped.
pub(super) struct Exchange {
    site: String,
    lines: UnboundedReceiver<WebSocket>,
    desk: Shared,
    task: JoinHandle<()>,
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Exchange {
    pub(super) async fn open(refusals: impl IntoIterator<Item = Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (sender, lines) = unbounded_channel();
        let desk = Arc::new(Mutex::new(Desk {
            tickets: BTreeSet::new(),
            issued: 0,
            refusals: refusals.into_iter().collect(),
            address: address.clone(),
            lines: sender,
        }));
        let router = Router::new()
            .route("/api/apps.connections.open", post(connections_open))
            .route("/link", get(link))
            .with_state(desk.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            site: format!("http://{address}"),
            lines,
            desk,
            task,
        }
    }

    /// A client whose calls may take as long as `timeout`.
    pub(super) fn client(&self, timeout: Duration) -> SlackClient {
        let settings = HttpSettings {
            timeout,
            ..HttpSettings::default()
        };
        SlackClient::new(self.site.parse().unwrap(), HttpClient::new(&settings).unwrap())
    }

    /// The next connection, before its greeting.
    pub(super) async fn ungreeted(&mut self) -> Line {
        Line(
            timeout(PATIENCE, self.lines.recv())
                .await
                .expect("nobody connected")
                .unwrap(),
        )
    }

    /// The next connection, greeted.
    pub(super) async fn line(&mut self) -> Line {
        let mut line = self.ungreeted().await;
        line.send(&json!({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}}))
            .await;
        line
    }

    /// Nobody else is connecting.
    pub(super) fn assert_quiet(&mut self) {
        assert!(self.lines.try_recv().is_err(), "somebody connected");
    }

    /// How often an address was given.
    pub(super) fn issued(&self) -> u32 {
        self.desk.lock().unwrap().issued
    }
}

async fn connections_open(State(desk): State<Shared>, headers: HeaderMap, body: String) -> Response {
    let mut desk = desk.lock().unwrap();
    assert_eq!(
        (headers["authorization"].to_str().unwrap(), body.as_str()),
        ("Bearer xapp-1", "")
    );
    if let Some(refusal) = desk.refusals.pop_front() {
        return Json(refusal).into_response();
    }
    desk.issued += 1;
    let ticket = desk.issued;
    desk.tickets.insert(ticket);
    let url = format!("ws://{}/link?ticket={ticket}", desk.address);
    Json(json!({ "ok": true, "url": url })).into_response()
}

#[derive(serde::Deserialize)]
struct Ticket {
    ticket: u32,
}

async fn link(State(desk): State<Shared>, Query(Ticket { ticket }): Query<Ticket>, up: WebSocketUpgrade) -> Response {
    if !desk.lock().unwrap().tickets.remove(&ticket) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let lines = desk.lock().unwrap().lines.clone();
    up.on_upgrade(|socket| async move { lines.send(socket).unwrap_or_default() })
}

/// Slack's end of one connection.
pub(super) struct Line(WebSocket);

impl Line {
    pub(super) async fn send(&mut self, frame: &Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    pub(super) async fn event(&mut self, id: &str) {
        self.send(
            &json!({"envelope_id": id, "type": "events_api", "payload": {"n": id}, "accepts_response_payload": false}),
        )
        .await;
    }

    pub(super) async fn disconnect(&mut self, reason: &str) {
        self.send(&json!({"type": "disconnect", "reason": reason})).await;
    }

    pub(super) async fn ping(&mut self) {
        self.0.send(Message::Ping("there?".into())).await.unwrap();
    }

    async fn next(&mut self) -> Option<Message> {
        timeout(PATIENCE, self.0.recv()).await.expect("nothing came")?.ok()
    }

    /// The next text from the app; none when it closed.
    pub(super) async fn heard(&mut self) -> Option<Value> {
        loop {
            match self.next().await? {
                Message::Text(text) => return Some(serde_json::from_str(&text).unwrap()),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// Waits for the answer to a ping, and counts the app's own pings before it.
    pub(super) async fn pong(&mut self) -> usize {
        let mut pings = 0;
        loop {
            match self.next().await.expect("closed instead of a pong") {
                Message::Pong(body) => {
                    assert_eq!(&body[..], b"there?");
                    return pings;
                }
                Message::Ping(_) => pings += 1,
                _ => {}
            }
        }
    }
}
