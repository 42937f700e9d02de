//! `House`: what every flow needs, put together once by the server.

use std::{fmt, ops::Deref, sync::Arc};

use grantbook_api::client::SlackClient;
use grantbook_core::{AppSlug, request::policy::Policy};
use grantbook_store::{Store, inbox::Inbox};
use tokio::sync::Notify;
use url::Url;

use crate::{
    approvals::{Desk, rules::RulesMemory},
    apps::AppCache,
    clock::{Clock, Ids},
    drift::Watch,
    memory::Memory,
    names::Lacking,
    progressive::{self, Hands, Recorder, Seen, TokenShelf},
    proxy::CallBook,
    rotation::Flights,
    sockets::Board,
};

/// Where things are.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// This console, as browsers and Slack reach it.
    pub public_url: Url,
    /// Slack's site (or the simulator's) as browsers reach it: the authorize pages are under it.
    pub slack_url: Url,
}

impl Addresses {
    /// `…/slack/{app}/{door}`.
    pub fn slack_door(&self, app: &AppSlug, door: &str) -> Url {
        let mut url = self.public_url.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/slack/{app}/{door}"));
        url
    }
}

/// Store, Slack, clock and randomness. Cheap to clone: every flow holds one, and every request clones flows.
#[derive(Clone)]
pub struct House(Arc<Rooms>);

impl Deref for House {
    type Target = Rooms;

    fn deref(&self) -> &Rooms {
        &self.0
    }
}

/// What a house is made of.
pub struct Rooms {
    /// Persistence.
    pub store: Store,
    /// Slack's Web API.
    pub slack: SlackClient,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Identifiers and secrets.
    pub ids: Arc<dyn Ids>,
    /// Where things are.
    pub addresses: Addresses,
    /// The limits on asking for more.
    pub policy: Policy,
    /// How the connections of apps in Socket Mode stand.
    pub sockets: Board,
    /// What answers show of scopes, and when installations are compared with Slack.
    pub drift: Watch,
    /// How app requests are decided.
    pub approvals: Desk,
    pub(crate) apps: AppCache,
    pub(crate) inbox: Inbox,
    pub(crate) hands: Hands,
    pub(crate) flights: Flights,
    pub(crate) lacking: Lacking,
    pub(crate) memory: Memory,
    pub(crate) rules: RulesMemory,
    pub(crate) calls_passed_on: Arc<CallBook>,
    /// Rung when something was put into the outbox.
    pub(crate) outbox_due: Notify,
    /// Rung when a delivery was kept aside for an installation that was not there.
    pub(crate) kept_aside: Notify,
}

impl House {
    /// Puts the house together and starts the writers of inbox and presses; needs a running tokio runtime.
    pub fn new(
        store: Store,
        slack: SlackClient,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        addresses: Addresses,
        requests: progressive::Settings,
    ) -> Self {
        // The writer ends with the last clone of the house; what it has not committed nobody was told of.
        let (inbox, _writer) = Inbox::start(store.clone());
        let progressive::Settings { policy, journal } = requests;
        let hands = Hands {
            tokens: TokenShelf::default(),
            seen: Seen::default(),
            recorder: Recorder::start(store.clone(), clock.as_ref(), journal),
        };
        let memory = Memory::of(&store);
        let rules = RulesMemory::of(&store);
        let drift = Watch::new(clock.clone());
        let slack = slack.with_observer(drift.observations.observer());
        Self(Arc::new(Rooms {
            store,
            slack,
            clock,
            ids,
            addresses,
            policy,
            sockets: Board::default(),
            drift,
            approvals: Desk::default(),
            apps: AppCache::default(),
            inbox,
            hands,
            flights: Flights::default(),
            lacking: Lacking::default(),
            memory,
            rules,
            calls_passed_on: Arc::default(),
            outbox_due: Notify::new(),
            kept_aside: Notify::new(),
        }))
    }
}

impl fmt::Debug for House {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("House")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}
