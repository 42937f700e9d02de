//! `SocketMode`: the app's connections, kept up together.

use std::{fmt, sync::Arc};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use grantbook_core::AppSlug;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use super::{
    Ended, Hello, MAX_CONNECTIONS, Received, SocketError, SocketSettings, SocketStatus, connection::Connection, slot,
};
use crate::{
    client::{RetryPolicy, SlackClient},
    secret::AppToken,
};

/// Any numbers at all, for jitter.
pub type Random = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Keeps an app's connections. Does nothing until [`SocketMode::run`].
pub struct SocketMode {
    slack: SlackClient,
    app: AppSlug,
    token: AppToken,
    pub(super) settings: SocketSettings,
    pub(super) random: Random,
    pub(super) out: mpsc::Sender<Received>,
    status: Arc<watch::Sender<SocketStatus>>,
    /// One permit per connection that Slack would count.
    places: Arc<Semaphore>,
}

impl fmt::Debug for SocketMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SocketMode")
            .field("app", &self.app)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// What a connection holds while it lives: one of the ten places, and its part in the status.
pub(super) struct Place {
    status: Arc<watch::Sender<SocketStatus>>,
    counted: bool,
    _permit: OwnedSemaphorePermit,
}

impl Place {
    /// Counts the connection as open, now that it was greeted.
    pub(super) fn stands(&mut self, hello: &Hello) {
        self.counted = true;
        self.status.send_modify(|status| {
            status.open += 1;
            status.app_id = hello.app_id.clone().or(status.app_id.take());
            status.num_connections = Some(hello.num_connections);
            status.last_error = None;
        });
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.counted {
            self.status.send_modify(|status| status.open -= 1);
        }
    }
}

impl SocketMode {
    /// The connections of `app`, and where what they bring comes out.
    ///
    /// `token` needs `connections:write`. When the receiver is dropped, [`SocketMode::run`] waits up to three
    /// seconds for acknowledgements that are still due, and ends.
    pub fn new(
        slack: &SlackClient,
        app: AppSlug,
        token: AppToken,
        settings: SocketSettings,
        random: Random,
    ) -> (Self, mpsc::Receiver<Received>) {
        let (out, arrivals) = mpsc::channel(settings.waiting.max(1));
        let wanted = settings.connections.clamp(1, MAX_CONNECTIONS);
        let status = watch::Sender::new(SocketStatus {
            wanted,
            ..SocketStatus::default()
        });
        let socket = Self {
            // The slots wait by themselves.
            slack: slack.with_policy(RetryPolicy::NONE),
            app,
            token,
            places: Arc::new(Semaphore::new(settings.places.clamp(1, MAX_CONNECTIONS))),
            settings,
            random,
            out,
            status: Arc::new(status),
        };
        (socket, arrivals)
    }

    /// How the connections are doing, now and from now on.
    pub fn status(&self) -> watch::Receiver<SocketStatus> {
        self.status.subscribe()
    }

    /// Keeps the connections until Socket Mode is switched off, Slack refuses the token, or nobody listens any
    /// more. Dropping the future drops the connections: what was not acknowledged comes again.
    pub async fn run(self) -> Ended {
        let wanted = self.status.borrow().wanted;
        let mut slots: FuturesUnordered<_> = (0..wanted).map(|_| slot::keep(&self)).collect();
        let mut last = Ended::Stopped;
        while let Some(ended) = slots.next().await {
            last = ended;
            if last != Ended::Stopped {
                break;
            }
        }
        last
    }

    /// Makes one connection, greeting included.
    pub(super) async fn attempt(&self) -> Result<Connection, SocketError> {
        // Where all places are taken, the next is made when the one it replaces has closed.
        let permit = self.places.clone().acquire_owned().await;
        let place = Place {
            status: self.status.clone(),
            counted: false,
            _permit: permit.map_err(|_| SocketError::Closed)?,
        };
        let url = self.slack.apps_connections_open(&self.app, &self.token).await?;
        let stream = self.slack.open_socket(&url).await?;
        let (connection, hello) = Connection::greeted(stream, &self.settings, place).await?;
        tracing::debug!(
            app = %self.app,
            host = hello.host,
            connections = hello.num_connections,
            "a Socket Mode connection stands"
        );
        Ok(connection)
    }

    /// Notes that a connection was lost, or could not be made.
    pub(super) fn failed(&self, error: SocketError) {
        tracing::warn!(app = %self.app, %error, "a Socket Mode connection failed");
        self.status.send_modify(|status| status.last_error = Some(error));
    }
}
