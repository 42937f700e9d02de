//! Socket Mode: the connections of apps behind firewalls, what is sent over them, and what is acknowledged.
//!
//! An app has up to ten connections, and whatever it is sent goes to one of them, each in turn. An
//! envelope that is not acknowledged in time counts as not delivered, and so does one whose connection
//! ends meanwhile. (docs.slack.dev, "Using Socket Mode".)

pub(crate) mod frames;

use std::{
    collections::BTreeMap,
    sync::{Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use grantbook_api::deliver::{Delivered, DeliveryFailure};
use grantbook_core::{AppId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};

/// The most connections of an app at once.
pub(crate) const MOST: usize = 10;

/// How long an address can be used, in seconds of the clock. Slack says "temporary".
const TICKET_SECONDS: i64 = 60;

/// The addresses kept that nobody has used.
const TICKETS: usize = 1_000;

/// Why a connection ends, or is about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisconnectReason {
    /// It ends in about ten seconds.
    Warning,
    /// It was open for long enough: connect again.
    RefreshRequested,
    /// Socket Mode was switched off: do not connect again.
    LinkDisabled,
    /// The app has ten connections already.
    TooManyWebsockets,
    /// None is given: the connection is cut.
    Cut,
}

/// A connection of an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Socket {
    /// Counts from one.
    pub id: u64,
    /// Whose.
    pub app: AppId,
    /// Since when.
    pub since: Timestamp,
    /// The envelopes sent over it.
    pub sent: u64,
    /// Those of them that were acknowledged.
    pub acknowledged: u64,
}

/// What a connection is told to do.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    Send(String),
    Disconnect(DisconnectReason),
}

#[derive(Debug)]
struct Link {
    socket: Socket,
    orders: mpsc::UnboundedSender<Order>,
}

/// An envelope on its way.
#[derive(Debug)]
struct Waiting {
    link: u64,
    acknowledged: oneshot::Sender<Option<Value>>,
}

#[derive(Debug, Default)]
struct Inner {
    tickets: BTreeMap<String, (AppId, Timestamp)>,
    links: Vec<Link>,
    last: u64,
    /// The connection that was used last, by app.
    turn: BTreeMap<AppId, u64>,
    waiting: BTreeMap<String, Waiting>,
}

impl Inner {
    /// The app's next connection in turn.
    fn next(&mut self, app: &AppId) -> Option<&mut Link> {
        let last = self.turn.get(app).copied().unwrap_or_default();
        let own = || self.links.iter().filter(|link| link.socket.app == *app);
        let after = own().map(|link| link.socket.id).find(|id| *id > last);
        let id = after.or_else(|| own().map(|link| link.socket.id).next())?;
        self.turn.insert(app.clone(), id);
        self.links.iter_mut().find(|link| link.socket.id == id)
    }
}

/// All connections, and the tickets for new ones.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    inner: Mutex<Inner>,
    stopped: OnceLock<watch::Receiver<bool>>,
}

impl Sockets {
    fn with<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Connections end when this changes, or its sender is gone.
    pub(crate) fn stop_with(&self, stopped: watch::Receiver<bool>) {
        // Said once, at the start.
        let _ = self.stopped.set(stopped);
    }

    pub(crate) fn stopped(&self) -> Option<watch::Receiver<bool>> {
        self.stopped.get().cloned()
    }

    /// Lets an app connect once, soon.
    pub(crate) fn admit(&self, ticket: &str, app: &AppId, now: Timestamp) {
        self.with(|inner| {
            inner
                .tickets
                .retain(|_, (_, issued)| now < issued.plus_seconds(TICKET_SECONDS));
            if inner.tickets.len() < TICKETS {
                inner.tickets.insert(ticket.to_owned(), (app.clone(), now));
            }
        });
    }

    /// Whose ticket this is; each serves once.
    pub(crate) fn redeem(&self, ticket: &str, app: &str, now: Timestamp) -> Option<AppId> {
        self.with(|inner| {
            let (owner, issued) = inner.tickets.remove(ticket)?;
            (owner.as_str() == app && now < issued.plus_seconds(TICKET_SECONDS)).then_some(owner)
        })
    }

    /// A new connection: its number, its orders, and how many the app has with it. Without room, how many it has.
    pub(crate) fn join(&self, app: &AppId, now: Timestamp) -> Result<Joined, usize> {
        self.with(|inner| {
            let count = inner.links.iter().filter(|link| link.socket.app == *app).count();
            if count >= MOST {
                return Err(count);
            }
            inner.last += 1;
            let (sender, orders) = mpsc::unbounded_channel();
            inner.links.push(Link {
                socket: Socket {
                    id: inner.last,
                    app: app.clone(),
                    since: now,
                    sent: 0,
                    acknowledged: 0,
                },
                orders: sender,
            });
            Ok(Joined {
                id: inner.last,
                orders,
                count: count + 1,
            })
        })
    }

    /// A connection is gone. What it did not acknowledge goes another way.
    pub(crate) fn leave(&self, id: u64) {
        self.with(|inner| {
            inner.links.retain(|link| link.socket.id != id);
            inner.waiting.retain(|_, waiting| waiting.link != id);
        });
    }

    /// Something came over a connection. What is no acknowledgement of a waiting envelope is ignored, as by Slack.
    pub(crate) fn heard(&self, id: u64, text: &str) {
        let Ok(Value::Object(mut fields)) = serde_json::from_str(text) else {
            return;
        };
        let payload = fields.remove("payload");
        let Some(name) = fields.get("envelope_id").and_then(Value::as_str) else {
            return;
        };
        let waiting = self.with(|inner| {
            let waiting = inner.waiting.remove(name)?;
            if let Some(link) = inner.links.iter_mut().find(|link| link.socket.id == id) {
                link.socket.acknowledged += 1;
            }
            Some(waiting)
        });
        if let Some(waiting) = waiting {
            // Whoever waited may have given up.
            let _ = waiting.acknowledged.send(payload);
        }
    }

    /// Sends an envelope over the app's next connection and waits for the acknowledgement and its payload.
    pub(crate) async fn deliver(
        &self,
        app: &AppId,
        name: &str,
        envelope: &Value,
        within: Duration,
    ) -> Result<(Delivered, Option<Value>), DeliveryFailure> {
        let (sender, acknowledged) = oneshot::channel();
        let started = Instant::now();
        let sent = self.with(|inner| {
            let link = inner.next(app)?;
            link.orders.send(Order::Send(envelope.to_string())).ok()?;
            link.socket.sent += 1;
            let waiting = Waiting {
                link: link.socket.id,
                acknowledged: sender,
            };
            inner.waiting.insert(name.to_owned(), waiting);
            Some(())
        });
        sent.ok_or(DeliveryFailure::ConnectionFailed)?;
        let answer = match tokio::time::timeout(within, acknowledged).await {
            Ok(Ok(payload)) => Ok(payload),
            Ok(Err(_)) => Err(DeliveryFailure::ConnectionFailed),
            Err(_) => Err(DeliveryFailure::Timeout),
        };
        self.with(|inner| inner.waiting.remove(name));
        let head = Delivered {
            status: 200,
            no_retry: false,
            duration: started.elapsed(),
        };
        answer.map(|payload| (head, payload))
    }

    /// Ends an app's connections, or warns them; answers how many there are.
    pub(crate) fn disconnect(&self, app: &AppId, reason: DisconnectReason) -> usize {
        self.with(|inner| {
            let own = inner.links.iter().filter(|link| link.socket.app == *app);
            own.filter(|link| link.orders.send(Order::Disconnect(reason)).is_ok())
                .count()
        })
    }

    /// The connections, oldest first.
    pub(crate) fn list(&self) -> Vec<Socket> {
        self.with(|inner| inner.links.iter().map(|link| link.socket.clone()).collect())
    }
}

/// A connection that may begin.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) id: u64,
    pub(crate) orders: mpsc::UnboundedReceiver<Order>,
    /// The app's connections, this one included.
    pub(crate) count: usize,
}
