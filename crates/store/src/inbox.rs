//! The inbox: every delivery once, applied to the ledger and the grants in the same transaction.
//!
//! One task writes. Whatever waits when it is ready shares its next transaction (group commit), so
//! that many concurrent deliveries cost one flush to disk, and each is answered only after the
//! commit. A delivery that makes a shared transaction fail is tried again alone, so that it takes
//! nobody down with it.

mod batch;
mod waiting;

use grantbook_core::{AppSlug, Tenant, Timestamp, approval::AppRequest, ledger::Draft};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use crate::{Store, StoreError, approvals::OrgAppEvent, projection::Cache};

pub use waiting::Waiting;

/// Deliveries that may wait for the writer before senders are held back.
const QUEUE: usize = 4_096;
/// Deliveries that share one transaction at most.
const BATCH: usize = 512;

/// What a delivery amounts to.
#[derive(Debug, Clone)]
pub enum Content {
    /// A fact for the ledger of the tenant's installation.
    Fact(Box<Draft>),
    /// Somebody asks for an app: a request for the queue of the organization that the delivery is for.
    AppRequest(Box<AppRequest>),
    /// An app of the organization came or went.
    OrgApp(Box<OrgAppEvent>),
    /// A known event without effect on grants.
    Nothing,
    /// An event type nobody here knows; the body is kept.
    Unknown,
    /// Rightly signed, but not readable; the body is kept.
    Rejected {
        /// Why, in a sentence without the values sent.
        problem: String,
    },
}

/// One delivery, verified and read.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The app's row.
    pub app: i64,
    /// The app.
    pub slug: AppSlug,
    /// Slack's `event_id`, or one of ours for what has none.
    pub event_id: String,
    /// The tenant it is for.
    pub tenant: Option<Tenant>,
    /// The event's type.
    pub event_type: String,
    /// Slack's time, in seconds since the epoch.
    pub event_time: i64,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The raw body.
    pub body: Vec<u8>,
    /// What it amounts to.
    pub content: Content,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// In the inbox, and where it is a fact, in the ledger.
    Applied,
    /// It had arrived before; nothing changed.
    Duplicate,
    /// Kept aside until its installation appears.
    Waiting,
    /// Kept as it is: unknown or rejected.
    Kept,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrival {
    New,
    Replay,
}

struct Job {
    incoming: Incoming,
    arrival: Arrival,
    answer: oneshot::Sender<Result<Stored, StoreError>>,
}

/// The way to the writer. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Inbox {
    jobs: mpsc::Sender<Job>,
}

impl Inbox {
    /// Starts the writer. It ends, with everything it took committed, when the last [`Inbox`] is dropped.
    pub fn start(store: Store) -> (Self, JoinHandle<()>) {
        let (jobs, queue) = mpsc::channel(QUEUE);
        (Self { jobs }, tokio::spawn(write(store, queue)))
    }

    /// Stores a delivery; answers after the commit.
    pub async fn submit(&self, incoming: Incoming) -> Result<Stored, StoreError> {
        self.send(incoming, Arrival::New).await
    }

    /// Applies a delivery that was kept aside, if it still is.
    pub async fn replay(&self, incoming: Incoming) -> Result<Stored, StoreError> {
        self.send(incoming, Arrival::Replay).await
    }

    async fn send(&self, incoming: Incoming, arrival: Arrival) -> Result<Stored, StoreError> {
        let (answer, outcome) = oneshot::channel();
        self.jobs
            .send(Job {
                incoming,
                arrival,
                answer,
            })
            .await
            .map_err(|_| StoreError::Closed)?;
        outcome.await.map_err(|_| StoreError::Closed)?
    }
}

async fn write(store: Store, mut queue: mpsc::Receiver<Job>) {
    let mut cache = Cache::default();
    let mut jobs = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut jobs, BATCH).await > 0 {
        let (incoming, answers): (Vec<_>, Vec<_>) = jobs
            .drain(..)
            .map(|job| ((job.incoming, job.arrival), job.answer))
            .unzip();
        let outcomes = commit(&store, &mut cache, incoming).await;
        for (answer, outcome) in answers.into_iter().zip(outcomes) {
            // Who no longer waits for the answer will be told "duplicate" when they ask again.
            let _ = answer.send(outcome);
        }
    }
}

/// Commits a batch; where that fails and it holds more than one, commits each alone.
async fn commit(store: &Store, cache: &mut Cache, batch: Vec<(Incoming, Arrival)>) -> Vec<Result<Stored, StoreError>> {
    if let [_] = batch.as_slice() {
        return match batch::commit(store, cache, &batch).await {
            Ok(stored) => stored.into_iter().map(Ok).collect(),
            Err(error) => {
                cache.clear();
                vec![Err(error)]
            }
        };
    }
    match batch::commit(store, cache, &batch).await {
        Ok(stored) => stored.into_iter().map(Ok).collect(),
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                deliveries = batch.len(),
                "a shared commit failed; trying each alone"
            );
            cache.clear();
            let mut outcomes = Vec::with_capacity(batch.len());
            for job in batch {
                let outcome = batch::commit(store, cache, std::slice::from_ref(&job)).await;
                if outcome.is_err() {
                    cache.clear();
                }
                outcomes.push(outcome.map(|stored| stored.first().copied().unwrap_or(Stored::Applied)));
            }
            outcomes
        }
    }
}
