//! `apps.connections.open`, and the WebSocket to which its answer leads.
//!
//! `GET /link/?ticket=…&app_id=…` turns into a WebSocket, once for each ticket. `&debug_reconnects=true`
//! makes it last six minutes instead of five hours. Time here is the virtual clock's, except for pings and
//! the three seconds in which an envelope must be acknowledged.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{
        Query, State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    response::{IntoResponse as _, Response},
};
use grantbook_api::ErrorCode;
use grantbook_core::{AppId, Timestamp};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    answer::{Answer, Refusal},
    arguments::Arguments,
};
use crate::{
    methods::MethodInfo,
    slack::Slack,
    sockets::{
        DisconnectReason, Joined, MOST, Order,
        frames::{self, DEBUG_LIFETIME_SECONDS, LIFETIME_SECONDS, WARNING_SECONDS},
    },
};

/// The method that hands out addresses.
pub(super) const NAME: &str = "apps.connections.open";

/// The scope it needs.
const SCOPE: &str = "connections:write";

/// How often a ping is sent.
const PING: Duration = Duration::from_secs(10);

/// How long an app may be silent, pongs included.
const SILENCE: Duration = Duration::from_secs(60);

/// Answers an address that an app can connect to, once.
pub(super) fn open(slack: &Slack, info: &MethodInfo, arguments: &Arguments) -> Answer {
    if !arguments.is_post {
        return Answer::refused(&ErrorCode::from("insecure_request").into());
    }
    let app = match app_level(slack, arguments) {
        Ok(app) => app,
        Err(refusal) => return Answer::refused(&refusal),
    };
    let now = slack.clock.now();
    let counted = slack.limits.count(NAME, info.tier, &app, None, now);
    let mut answer = if let Err(retry_after) = counted {
        Answer::rate_limited(retry_after)
    } else {
        let (ticket, root) = slack.ticket();
        slack.sockets.admit(&ticket, &app, now);
        // `http` becomes `ws`, `https` becomes `wss`.
        let root = root.replacen("http", "ws", 1);
        let url = format!("{root}/link/?ticket={ticket}&app_id={app}");
        Answer::ok(json!({ "ok": true, "url": url }))
    };
    answer.accepted = Some(SCOPE.to_owned());
    answer.app = Some(app);
    answer
}

/// The app whose app-level token came in the header, if it may connect.
fn app_level(slack: &Slack, arguments: &Arguments) -> Result<AppId, Refusal> {
    let text = arguments.token.as_deref().filter(|_| arguments.is_bearer);
    let text = text.ok_or(ErrorCode::NotAuthed)?;
    slack.read(|world| {
        let own = |app: &crate::state::App| Some((app.id.clone(), app.app_level(text)?.scopes.clone()));
        let Some((app, scopes)) = world.apps.values().find_map(own) else {
            let known = world.token(text).is_some();
            let code = if known {
                ErrorCode::NotAllowedTokenType
            } else {
                ErrorCode::InvalidAuth
            };
            return Err(code.into());
        };
        if scopes.iter().any(|scope| scope.as_str() == SCOPE) {
            Ok(app)
        } else {
            Err(Refusal::missing_scope(SCOPE, &scopes))
        }
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct Address {
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    app_id: String,
    #[serde(default)]
    debug_reconnects: Option<String>,
}

/// The address itself.
pub(super) async fn link(
    State(slack): State<Arc<Slack>>,
    Query(address): Query<Address>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let redeemed = slack
        .sockets
        .redeem(&address.ticket, &address.app_id, slack.clock.now());
    let Some(app) = redeemed else {
        return (StatusCode::FORBIDDEN, "this address was used, or is too old").into_response();
    };
    let debug = address
        .debug_reconnects
        .is_some_and(|value| value == "true" || value == "1");
    let seconds = if debug {
        DEBUG_LIFETIME_SECONDS
    } else {
        LIFETIME_SECONDS
    };
    upgrade.on_upgrade(async move |socket| begin(slack, socket, app, seconds).await)
}

async fn begin(slack: Arc<Slack>, mut socket: WebSocket, app: AppId, seconds: i64) {
    let enabled = slack.read(|world| world.apps.get(&app).is_some_and(|app| app.socket_mode));
    if !enabled {
        return end(&mut socket, DisconnectReason::LinkDisabled, &app, 0).await;
    }
    let now = slack.clock.now();
    match slack.sockets.join(&app, now) {
        Err(count) => end(&mut socket, DisconnectReason::TooManyWebsockets, &app, count).await,
        Ok(joined) => {
            let id = joined.id;
            let mut connection = Connection {
                slack: Arc::clone(&slack),
                socket,
                app,
                ends: now.plus_seconds(seconds),
                warned: false,
            };
            connection.run(joined, seconds).await;
            slack.sockets.leave(id);
        }
    }
}

/// Says why, and closes.
async fn end(socket: &mut WebSocket, reason: DisconnectReason, app: &AppId, connections: usize) {
    if let Some(frame) = frames::disconnect(reason, app, connections) {
        // An app that is gone need not be told.
        let _ = send(socket, &frame).await;
        let _ = socket.send(Message::Close(None)).await;
    }
}

async fn send(socket: &mut WebSocket, frame: &Value) -> Result<(), axum::Error> {
    socket.send(Message::Text(frame.to_string().into())).await
}

struct Connection {
    slack: Arc<Slack>,
    socket: WebSocket,
    app: AppId,
    ends: Timestamp,
    warned: bool,
}

/// What happens next on a connection.
enum Next {
    Stopped,
    Order(Option<Order>),
    Heard(Option<Result<Message, axum::Error>>),
    Ping,
    Clock,
}

impl Connection {
    async fn run(&mut self, joined: Joined, seconds: i64) {
        let Joined { id, mut orders, count } = joined;
        let hello = frames::hello(&self.app, count, seconds);
        if send(&mut self.socket, &hello).await.is_err() {
            return;
        }
        let Some(mut stopped) = self.slack.sockets.stopped() else {
            return;
        };
        let mut pings = tokio::time::interval(PING);
        let mut heard_at = Instant::now();
        loop {
            let warning = self.ends.plus_seconds(-WARNING_SECONDS);
            let due = if self.warned { self.ends } else { warning };
            let next = tokio::select! {
                biased;
                _ = stopped.changed() => Next::Stopped,
                order = orders.recv() => Next::Order(order),
                heard = self.socket.recv() => Next::Heard(heard),
                _ = pings.tick() => Next::Ping,
                () = self.slack.clock.sleep_until(due) => Next::Clock,
            };
            let goes_on = match next {
                Next::Stopped | Next::Order(None) | Next::Heard(None | Some(Err(_) | Ok(Message::Close(_)))) => false,
                Next::Order(Some(order)) => self.obey(order).await,
                Next::Heard(Some(Ok(message))) => {
                    heard_at = Instant::now();
                    if let Message::Text(text) = message {
                        self.slack.sockets.heard(id, &text);
                    }
                    true
                }
                Next::Ping if heard_at.elapsed() > SILENCE => false,
                Next::Ping => self.socket.send(Message::Ping("ping".into())).await.is_ok(),
                Next::Clock => self.strike().await,
            };
            if !goes_on {
                return;
            }
        }
    }

    async fn obey(&mut self, order: Order) -> bool {
        match order {
            Order::Send(text) => self.socket.send(Message::Text(text.into())).await.is_ok(),
            Order::Disconnect(DisconnectReason::Warning) => {
                let soon = self.slack.clock.now().plus_seconds(WARNING_SECONDS);
                self.ends = self.ends.min(soon);
                self.warn().await
            }
            Order::Disconnect(reason) => {
                end(&mut self.socket, reason, &self.app, MOST).await;
                false
            }
        }
    }

    /// The clock has reached the moment of the warning, or of the end.
    async fn strike(&mut self) -> bool {
        if !self.warned {
            return self.warn().await;
        }
        end(&mut self.socket, DisconnectReason::RefreshRequested, &self.app, 0).await;
        false
    }

    async fn warn(&mut self) -> bool {
        self.warned = true;
        let frame = frames::disconnect(DisconnectReason::Warning, &self.app, 0);
        send(&mut self.socket, &frame.unwrap_or_default()).await.is_ok()
    }
}
