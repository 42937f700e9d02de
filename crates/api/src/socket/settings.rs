//! How many connections and how patient, and how they are doing.

use std::time::Duration;

use grantbook_core::AppId;

use super::{Backoff, SocketError};

/// The most connections that Slack gives one app.
pub const MAX_CONNECTIONS: usize = 10;

/// How many connections, and how patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketSettings {
    /// Connections to keep, 1 to [`MAX_CONNECTIONS`] over all processes of the app. Slack sends each delivery
    /// to any one of them.
    pub connections: usize,
    /// Connections at once, with those that are being replaced; 1 to [`MAX_CONNECTIONS`]. Where there is no place
    /// beside the one that Slack wants replaced, the next is made when that one has closed.
    pub places: usize,
    /// How long Slack may take to greet.
    pub hello_timeout: Duration,
    /// How often the other side is asked whether it is there.
    pub ping_every: Duration,
    /// After how much silence a connection counts as lost.
    pub idle_timeout: Duration,
    /// How long a connection that is replaced may go on at most.
    pub drain: Duration,
    /// How long a connection must have lived for its end not to count as a failure.
    pub steady_after: Duration,
    /// The waits between failures.
    pub backoff: Backoff,
    /// Envelopes that may wait for the caller; when there are more, Slack waits, too.
    pub waiting: usize,
}

impl Default for SocketSettings {
    /// Two connections; pings every 10 s, lost after 30 s of silence; 30 s to drain.
    fn default() -> Self {
        Self {
            connections: 2,
            places: MAX_CONNECTIONS,
            hello_timeout: Duration::from_secs(10),
            ping_every: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            drain: Duration::from_secs(30),
            steady_after: Duration::from_secs(20),
            backoff: Backoff::default(),
            waiting: 256,
        }
    }
}

/// How the connections are doing, for pages and readiness.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SocketStatus {
    /// Connections that deliver right now; for moments more than wanted, while one replaces another.
    pub open: usize,
    /// Connections wanted.
    pub wanted: usize,
    /// The app, as Slack named it in its last greeting.
    pub app_id: Option<AppId>,
    /// The app's connections over all processes, as Slack counted in its last greeting.
    pub num_connections: Option<u32>,
    /// Failures since a connection last stood.
    pub failures: u32,
    /// What went wrong last; none once a connection stands again.
    pub last_error: Option<SocketError>,
}
