//! Notices: what was committed, told to whoever listens; on PostgreSQL in every process, by `LISTEN` and `NOTIFY`.
//!
//! A notice leaves with its transaction (`pg_notify`), so that other processes hear of nothing that was not
//! committed, in the order of the commits. Here it is told after the commit and before whoever made it goes on.
//! Two kinds of listeners: a [`Watcher`] is called at once, before anybody is answered; the channels feed pages and
//! jobs, and a slow one is told that it lagged.

mod listen;
mod payload;
mod pulse;

use std::sync::{PoisonError, RwLock, Weak};

use chacha20poly1305::{
    XChaCha20Poly1305,
    aead::{AeadCore as _, OsRng},
};
use grantbook_core::{
    InstallationKey,
    view::{StreamEvent, approvals::AppRequestNotice, requests::RequestNotice},
};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};
use tokio::sync::broadcast;
use tracing::Instrument as _;

use crate::{Store, StoreError};
use pulse::Pulse;

/// Notices kept for a slow listener before it misses some.
const KEPT: usize = 1_024;

/// The channel of all processes on one database.
const CHANNEL: &str = "grantbook";

/// What listeners are told after a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    /// Installations whose ledger grew.
    pub changes: Vec<StreamEvent>,
    /// Requests whose state or story changed.
    pub requests: Vec<RequestNotice>,
    /// App requests that came or changed.
    pub app_requests: Vec<AppRequestNotice>,
    /// Whether another version of the approval rules is in force, or in shadow.
    pub rules: bool,
    /// API keys that were revoked, by their public ids.
    pub keys: Vec<String>,
    /// Anything may have changed: read everything again.
    pub all: bool,
}

impl Notices {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<RequestNotice> for Notices {
    fn from(notice: RequestNotice) -> Self {
        Self {
            requests: vec![notice],
            ..Self::default()
        }
    }
}

impl From<StreamEvent> for Notices {
    fn from(event: StreamEvent) -> Self {
        Self {
            changes: vec![event],
            ..Self::default()
        }
    }
}

/// One thing that a [`Watcher`] is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News<'a> {
    /// Something about this installation changed: grants, a request, names.
    Installation(&'a InstallationKey),
    /// This API key was revoked.
    Key(&'a str),
    /// Another version of the approval rules is in force, or in shadow.
    Rules,
    /// Notices were missed, or anything may have changed.
    Missed,
}

/// Whoever keeps in memory what the database holds. Called for each commit, here before whoever committed is
/// answered; must be quick and must not wait.
pub trait Watcher: Send + Sync {
    /// Something changed: what is kept of it is worth nothing any more.
    fn told(&self, news: News<'_>);
}

/// The listeners of one open store.
pub(crate) struct Board {
    /// Names this store among all on the database.
    id: String,
    changes: broadcast::Sender<StreamEvent>,
    own_changes: broadcast::Sender<StreamEvent>,
    requests: broadcast::Sender<RequestNotice>,
    own_requests: broadcast::Sender<RequestNotice>,
    app_requests: broadcast::Sender<AppRequestNotice>,
    missed: broadcast::Sender<()>,
    watchers: RwLock<Vec<Weak<dyn Watcher>>>,
    pulse: Pulse,
    /// Where to listen: the database's address, on PostgreSQL.
    address: Option<String>,
}

impl Board {
    /// Nobody listens yet.
    pub(crate) fn new(url: &str) -> Self {
        let shared = !url.starts_with("sqlite:");
        Self {
            id: hex::encode(XChaCha20Poly1305::generate_nonce(&mut OsRng)),
            changes: broadcast::Sender::new(KEPT),
            own_changes: broadcast::Sender::new(KEPT),
            requests: broadcast::Sender::new(KEPT),
            own_requests: broadcast::Sender::new(KEPT),
            app_requests: broadcast::Sender::new(KEPT),
            missed: broadcast::Sender::new(1),
            watchers: RwLock::default(),
            pulse: Pulse::new(shared),
            address: shared.then(|| url.to_owned()),
        }
    }

    fn watchers(&self, notices: &Notices) {
        let watchers = self.watchers.read().unwrap_or_else(PoisonError::into_inner);
        for watcher in watchers.iter().filter_map(Weak::upgrade) {
            for change in &notices.changes {
                watcher.told(News::Installation(&change.installation));
            }
            for request in &notices.requests {
                watcher.told(News::Installation(&request.installation));
            }
            for key in &notices.keys {
                watcher.told(News::Key(key));
            }
            if notices.rules {
                watcher.told(News::Rules);
            }
            if notices.all {
                watcher.told(News::Missed);
            }
        }
    }

    /// Nobody listening is fine.
    fn channels(&self, notices: &Notices, own: bool) {
        for change in &notices.changes {
            let _ = self.changes.send(change.clone());
            if own {
                let _ = self.own_changes.send(change.clone());
            }
        }
        for request in &notices.requests {
            let _ = self.requests.send(request.clone());
            if own {
                let _ = self.own_requests.send(request.clone());
            }
        }
        for request in &notices.app_requests {
            let _ = self.app_requests.send(request.clone());
        }
        if notices.all {
            let _ = self.missed.send(());
        }
    }

    /// Some notices did not arrive: everybody reads again.
    fn missed(&self) {
        let all = Notices {
            all: true,
            ..Notices::default()
        };
        self.watchers(&all);
        self.channels(&all, false);
    }
}

/// Sends notices to the other processes, with the caller's transaction or at once.
async fn send(db: &impl ConnectionTrait, from: &str, notices: &Notices) -> Result<(), StoreError> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    for text in payload::write(from, notices) {
        let values = [CHANNEL.into(), text.into()];
        let notify = Statement::from_sql_and_values(DbBackend::Postgres, "SELECT pg_notify($1, $2)", values);
        db.execute_raw(notify).await?;
    }
    Ok(())
}

impl Store {
    /// Commits, and tells the listeners here and elsewhere. Whoever asked may go away in the middle: the commit ends
    /// all the same, and so does the telling.
    pub(crate) async fn commit(&self, tx: DatabaseTransaction, notices: impl Into<Notices>) -> Result<(), StoreError> {
        let notices = notices.into();
        if notices.is_empty() {
            return Ok(tx.commit().await?);
        }
        let store = self.clone();
        let work = async move {
            send(&tx, &store.board().id, &notices).await?;
            let committed = tx.commit().await;
            // After a commit that failed nobody knows: whoever reads again finds out.
            store.board().watchers(&notices);
            committed?;
            store.board().channels(&notices, true);
            Ok(())
        };
        match tokio::spawn(work.in_current_span()).await {
            Ok(committed) => committed,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_ending) => Err(StoreError::Closed),
        }
    }

    /// Tells listeners here and elsewhere of what is in the database already, as names that were learned.
    pub async fn announce(&self, notices: impl Into<Notices>) -> Result<(), StoreError> {
        let notices = notices.into();
        self.board().watchers(&notices);
        self.board().channels(&notices, false);
        send(self.db(), &self.board().id, &notices).await
    }

    /// Calls `watcher` from now on, for as long as somebody holds it.
    pub fn watch(&self, watcher: Weak<dyn Watcher>) {
        let mut watchers = self.board().watchers.write().unwrap_or_else(PoisonError::into_inner);
        watchers.retain(|one| one.strong_count() > 0);
        watchers.push(watcher);
    }

    /// What is committed from now on, here and on PostgreSQL elsewhere; a listener that falls behind is told that
    /// it lagged.
    pub fn changes(&self) -> broadcast::Receiver<StreamEvent> {
        self.board().changes.subscribe()
    }

    /// What this process commits from now on, for work that one process must do.
    pub fn own_changes(&self) -> broadcast::Receiver<StreamEvent> {
        self.board().own_changes.subscribe()
    }

    /// Tells the listeners of this process of a commit. Nobody listening is fine.
    pub fn notify(&self, event: StreamEvent) {
        let notices = Notices::from(event);
        self.board().watchers(&notices);
        self.board().channels(&notices, false);
    }

    /// Requests whose state or story is committed from now on, here and on PostgreSQL elsewhere; a listener that
    /// falls behind is told that it lagged.
    pub fn request_changes(&self) -> broadcast::Receiver<RequestNotice> {
        self.board().requests.subscribe()
    }

    /// Requests that this process changes from now on, for work that one process must do.
    pub fn own_request_changes(&self) -> broadcast::Receiver<RequestNotice> {
        self.board().own_requests.subscribe()
    }

    /// App requests that come or change from now on, here and on PostgreSQL elsewhere; a listener that falls
    /// behind is told that it lagged.
    pub fn app_request_changes(&self) -> broadcast::Receiver<AppRequestNotice> {
        self.board().app_requests.subscribe()
    }

    /// Tells the listeners of this process of a commit that changed a request. Nobody listening is fine.
    pub fn notify_request(&self, notice: RequestNotice) {
        let notices = Notices::from(notice);
        self.board().watchers(&notices);
        self.board().channels(&notices, false);
    }

    /// Moments from now on at which notices were missed: whoever shows anything reads it again.
    pub fn missed(&self) -> broadcast::Receiver<()> {
        self.board().missed.subscribe()
    }
}
