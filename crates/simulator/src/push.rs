//! Delivery of events: signed, retried at once, after one minute and after five, and logged.
//!
//! Deliveries start in the order in which they were queued and then run side by side, so that they
//! may arrive in another order, as Slack's do. Waiting follows the virtual clock; the three seconds
//! in which an app must answer are real ones. An app in Socket Mode is told over its connections. What people press and type ([`posts`]) goes the same way,
//! once.

mod posts;

use std::{sync::Arc, time::Duration};

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use grantbook_api::{
    deliver::{Delivered, Deliverer, DeliveryFailure},
    events::{Delivery as Body, Envelope},
    secret::SigningSecret,
    signature::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign},
};
use grantbook_core::{AppId, Tenant, Timestamp};
use serde_json::Value;
use tokio::sync::{Semaphore, mpsc, watch};

use crate::{
    clock::VirtualClock,
    deliveries::{Attempt, Delivery, DeliveryLog, DeliveryState},
    faults::Fault,
    slack::Slack,
    sockets::frames,
    state::{App, AppPost},
};

/// How long an app has to answer, in real time.
const ANSWER_TIME: Duration = Duration::from_secs(3);

/// The wait before each retry, in seconds of the virtual clock, counted from the failure before it.
const RETRY_SECONDS: [i64; 3] = [0, 60, 300];

/// The most events on the wire at once, so that a flood of them does not make an app late for each.
const MOST_ON_THE_WIRE: usize = 64;

/// The reason for a retry when the app did answer, but not with 2xx.
const HTTP_ERROR: &str = "http_error";

/// The reason for a retry when a WebSocket was silent.
const SOCKET_TIMEOUT: &str = "timeout";

/// The way out to apps.
#[derive(Debug)]
pub(crate) struct Push {
    pub(crate) log: Arc<DeliveryLog>,
    queue: mpsc::UnboundedSender<Job>,
}

struct Job {
    id: u64,
    app: AppId,
    route: Route,
    body: Vec<u8>,
    secret: SigningSecret,
    /// Not to leave before this moment of the virtual clock.
    held: Option<Timestamp>,
    /// Whether the first attempt says that there was one before it.
    as_retry: bool,
    /// What it tells of, when it is no event: then it is sent once, and the answer's body counts.
    post: Option<Box<AppPost>>,
}

/// How an app is reached.
enum Route {
    Http(String),
    Socket,
}

impl Route {
    /// The app's: its connections in Socket Mode, or else the address it has for this, if it has one.
    fn of(app: &App, url: Option<&String>) -> Option<Self> {
        if app.socket_mode {
            return Some(Self::Socket);
        }
        url.cloned().map(Self::Http)
    }

    /// What the log says.
    fn shown(&self) -> String {
        match self {
            Self::Http(url) => url.clone(),
            Self::Socket => "socket".to_owned(),
        }
    }
}

impl Job {
    /// The headers of an attempt made now.
    fn headers(&self, content_type: &str, seconds: i64) -> Vec<(&'static str, String)> {
        vec![
            ("content-type", content_type.to_owned()),
            (TIMESTAMP_HEADER, seconds.to_string()),
            (SIGNATURE_HEADER, sign(&self.secret, seconds, &self.body)),
        ]
    }
}

/// Works through the queue until `stop` changes.
pub(crate) struct Dispatcher {
    log: Arc<DeliveryLog>,
    queue: mpsc::UnboundedReceiver<Job>,
    deliverer: Deliverer,
    clock: VirtualClock,
    /// One permit for each event that may be on the wire.
    wire: Arc<Semaphore>,
}

/// The queue's two ends.
pub(crate) fn channel(deliverer: Deliverer, clock: VirtualClock) -> (Push, Dispatcher) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let log = Arc::new(DeliveryLog::default());
    (
        Push {
            log: Arc::clone(&log),
            queue: sender,
        },
        Dispatcher {
            log,
            queue: receiver,
            deliverer,
            clock,
            wire: Arc::new(Semaphore::new(MOST_ON_THE_WIRE)),
        },
    )
}

impl Push {
    /// Queues an event for an app, or what a fault makes of it. Without an events address nothing is sent, but it is
    /// logged.
    pub(crate) fn send(&self, app: &App, envelope: Envelope, clock: &VirtualClock, fault: Option<&Fault>) {
        let sending = Sending {
            event_type: envelope.event.kind().to_owned(),
            tenant: envelope.tenant(),
            event_id: envelope.event_id.clone(),
            payload: Body::EventCallback(Box::new(envelope)).to_json(&app.verification_token),
            lost: matches!(fault, Some(Fault::Drop)),
            held: held(fault, clock.now()),
            as_retry: false,
        };
        if matches!(fault, Some(Fault::Duplicate)) {
            self.send_once(app, sending.clone(), clock);
            self.send_once(
                app,
                Sending {
                    as_retry: true,
                    ..sending
                },
                clock,
            );
        } else {
            self.send_once(app, sending, clock);
        }
    }

    fn send_once(&self, app: &App, sending: Sending, clock: &VirtualClock) {
        let body = sending.payload.to_string().into_bytes();
        let route = Route::of(app, app.events_url.as_ref());
        let state = match (&route, sending.lost) {
            (None, _) => DeliveryState::NoAddress,
            (Some(_), true) => DeliveryState::GaveUp,
            (Some(_), false) => DeliveryState::Sending,
        };
        let delivery = Delivery {
            id: 0,
            at: clock.now(),
            app: app.id.clone(),
            tenant: sending.tenant,
            event_id: sending.event_id,
            event_type: sending.event_type,
            url: route.as_ref().map(Route::shown),
            body: crate::deliveries::without_token(sending.payload),
            attempts: Vec::new(),
            once: false,
            state,
        };
        let id = self.log.begin(delivery);
        if let Some(route) = route.filter(|_| !sending.lost) {
            let job = Job {
                id,
                app: app.id.clone(),
                route,
                body,
                secret: app.signing_secret.clone(),
                held: sending.held,
                as_retry: sending.as_retry,
                post: None,
            };
            if self.queue.send(job).is_err() {
                self.log.set_state(id, DeliveryState::GaveUp);
            }
        }
    }
}

/// An event on its way into the queue.
#[derive(Clone)]
struct Sending {
    event_type: String,
    tenant: Option<Tenant>,
    event_id: String,
    payload: Value,
    lost: bool,
    held: Option<Timestamp>,
    as_retry: bool,
}

fn held(fault: Option<&Fault>, now: Timestamp) -> Option<Timestamp> {
    let Some(Fault::DelayMs { delay_ms }) = fault else {
        return None;
    };
    let micros = i64::try_from(delay_ms.saturating_mul(1_000)).unwrap_or(i64::MAX);
    Some(Timestamp::from_micros(now.micros().saturating_add(micros)))
}

impl Dispatcher {
    pub(crate) async fn run(mut self, slack: Arc<Slack>, mut stop: watch::Receiver<bool>) {
        let mut running = FuturesUnordered::new();
        let (log, clock) = (self.log, self.clock);
        let way = Way {
            deliverer: self.deliverer,
            wire: self.wire,
        };
        loop {
            tokio::select! {
                biased;
                _ = stop.changed() => return,
                job = self.queue.recv() => match job {
                    Some(job) => {
                        let (log, way, clock) = (Arc::clone(&log), way.clone(), clock.clone());
                        let slack = Arc::clone(&slack);
                        running.push(async move {
                            match job.post {
                                Some(_) => posts::deliver(job, &log, &way.deliverer, &slack).await,
                                None => deliver(job, &log, &way, &clock, &slack).await,
                            }
                        });
                    }
                    None => return,
                },
                Some(()) = running.next() => {}
            }
        }
    }
}

/// How events leave.
#[derive(Clone)]
struct Way {
    deliverer: Deliverer,
    wire: Arc<Semaphore>,
}

impl Way {
    /// One attempt, once the wire has room for it; answers when it was signed, too.
    async fn attempt(
        &self,
        job: &Job,
        clock: &VirtualClock,
        slack: &Slack,
        number: usize,
        reason: Option<&'static str>,
    ) -> (Timestamp, Result<Delivered, DeliveryFailure>) {
        let room = self.wire.acquire().await;
        let now = clock.now();
        let outcome = match &job.route {
            Route::Http(url) => {
                let mut headers = job.headers("application/json", now.seconds());
                if let Some(reason) = reason {
                    headers.push(("x-slack-retry-num", number.to_string()));
                    headers.push(("x-slack-retry-reason", reason.to_owned()));
                }
                self.deliverer.post(url, &headers, job.body.clone(), ANSWER_TIME).await
            }
            Route::Socket => {
                let payload = serde_json::from_slice(&job.body).unwrap_or_default();
                let name = slack.envelope_id();
                let envelope = frames::event(&name, &payload, number, reason.unwrap_or_default());
                let sent = slack.sockets.deliver(&job.app, &name, &envelope, ANSWER_TIME).await;
                sent.map(|(head, _)| head)
            }
        };
        drop(room);
        (now, outcome)
    }
}

async fn deliver(job: Job, log: &DeliveryLog, way: &Way, clock: &VirtualClock, slack: &Slack) {
    if let Some(due) = job.held {
        log.set_state(job.id, DeliveryState::Waiting { until: due });
        clock.sleep_until(due).await;
        log.set_state(job.id, DeliveryState::Sending);
    }
    let mut reason = job.as_retry.then_some(DeliveryFailure::Timeout.retry_reason());
    for number in usize::from(job.as_retry)..=RETRY_SECONDS.len() {
        let before = number.checked_sub(1 + usize::from(job.as_retry));
        if let Some(wait) = before.and(RETRY_SECONDS.get(number.saturating_sub(1))) {
            let due = clock.now().plus_seconds(*wait);
            if *wait > 0 {
                log.set_state(job.id, DeliveryState::Waiting { until: due });
                clock.sleep_until(due).await;
            }
            log.set_state(job.id, DeliveryState::Sending);
        }
        let (now, outcome) = way.attempt(&job, clock, slack, number, reason).await;
        let attempt = Attempt::new(now, reason, &outcome);
        let last = match &outcome {
            Ok(answer) if answer.is_success() => Some(DeliveryState::Delivered),
            Ok(answer) if answer.no_retry => Some(DeliveryState::GaveUp),
            _ if number == RETRY_SECONDS.len() => Some(DeliveryState::GaveUp),
            _ => None,
        };
        log.attempted(job.id, attempt, last);
        if last.is_some() {
            return;
        }
        reason = Some(match (outcome, &job.route) {
            (Ok(_), _) => HTTP_ERROR,
            (Err(DeliveryFailure::Timeout), Route::Socket) => SOCKET_TIMEOUT,
            (Err(failure), _) => failure.retry_reason(),
        });
    }
}
