//! `SlackSim`: a running simulator, for tests, the console's demo and the program `slack-sim`.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use grantbook_api::deliver::{Deliverer, DeliveryFailure};
use tokio::{net::TcpSocket, sync::watch, task::JoinHandle};
use url::Url;

use crate::{
    calls::Call,
    clock::VirtualClock,
    deliveries::Delivery,
    endpoints,
    faults::{Fault, FaultPlan},
    ids::IdSource,
    limits::Limits,
    push,
    secrets::Secrets,
    seed::{Seed, SeedError},
    slack::Slack,
    sockets::{DisconnectReason, Socket},
    state::{Acted, Action, ActionError, App, AppRequest, Dialog, Rotation, Trigger, World},
};

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1024;

/// How long open connections may take to end at shutdown.
const GRACE: Duration = Duration::from_secs(2);

/// Why the simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is not `host:port`.
    #[error("{0:?} is not an address to listen on")]
    Address(String),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The seed is not whole.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// Secrets cannot be noted where that was asked for.
    #[error("cannot write into {}", folder.display())]
    Secrets {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The client for deliveries cannot be built.
    #[error("cannot set up deliveries")]
    Deliveries(#[from] DeliveryFailure),
}

/// What to start. See [`SlackSim::builder`].
#[derive(Debug)]
pub struct Builder {
    seed: Option<Seed>,
    clock: VirtualClock,
    bind: String,
    console_url: String,
    rate_limits: bool,
    ids: IdSource,
    secrets_to: Option<PathBuf>,
}

impl Builder {
    /// The world at the start; by default [`Seed::northwind`] at the console's address.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The clock, perhaps shared with somebody else.
    #[must_use]
    pub fn clock(mut self, clock: VirtualClock) -> Self {
        self.clock = clock;
        self
    }

    /// Where to listen, as in `127.0.0.1:0` (the default: any free port).
    #[must_use]
    pub fn bind(mut self, address: impl Into<String>) -> Self {
        self.bind = address.into();
        self
    }

    /// What `{console}` stands for in seed documents; `http://127.0.0.1:8080` by default.
    #[must_use]
    pub fn console_url(mut self, url: impl Into<String>) -> Self {
        self.console_url = url.into();
        self
    }

    /// Lets every method be called as often as anybody likes.
    #[must_use]
    pub fn without_rate_limits(mut self) -> Self {
        self.rate_limits = false;
        self
    }

    /// Makes identifiers and tokens repeat from run to run.
    #[must_use]
    pub fn ids(mut self, ids: IdSource) -> Self {
        self.ids = ids;
        self
    }

    /// Notes every secret that is handed out in a file of this folder: tokens, codes, what apps are registered
    /// with, and what addresses to reply to prove themselves with. For tests that search for them elsewhere.
    #[must_use]
    pub fn secrets_to(mut self, folder: impl Into<PathBuf>) -> Self {
        self.secrets_to = Some(folder.into());
        self
    }

    /// Listens, and answers from now on. To be called inside a tokio runtime.
    #[expect(
        clippy::unused_async,
        reason = "it needs a runtime, and callers wait for whatever starts"
    )]
    pub async fn start(mut self) -> Result<SlackSim, StartError> {
        let world = World::new(self.seed.unwrap_or_else(|| Seed::northwind(&self.console_url)))?;
        if let Some(folder) = self.secrets_to {
            let mut secrets = Secrets::create(&folder).map_err(|source| StartError::Secrets { folder, source })?;
            secrets.note_apps(&world);
            self.ids.note_in(Some(secrets));
        }
        let (push, dispatcher) = push::channel(Deliverer::new()?, self.clock.clone());
        let limits = Limits::new(self.rate_limits);
        let slack = Arc::new(Slack::new(world, self.ids, self.clock, push, limits, self.console_url));
        let address: SocketAddr = self.bind.parse().map_err(|_| StartError::Address(self.bind.clone()))?;
        let listen = || {
            let socket = if address.is_ipv4() {
                TcpSocket::new_v4()?
            } else {
                TcpSocket::new_v6()?
            };
            socket.set_reuseaddr(true)?;
            socket.bind(address)?;
            socket.listen(BACKLOG)
        };
        let listener = listen().map_err(|source| StartError::Listen { address, source })?;
        let address = listener
            .local_addr()
            .map_err(|source| StartError::Listen { address, source })?;
        slack.set_root(format!("http://{address}"));
        let (stop, stopped) = watch::channel(false);
        slack.sockets.stop_with(stopped.clone());
        let router = endpoints::router(Arc::clone(&slack));
        let mut closing = stopped.clone();
        let server = tokio::spawn(async move {
            let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
                // An error means that the simulator was dropped: that ends it, too.
                let _ = closing.changed().await;
            });
            if let Err(error) = serving.await {
                tracing::error!(error = %error, "the simulator stopped answering");
            }
        });
        let dispatcher = tokio::spawn(dispatcher.run(Arc::clone(&slack), stopped));
        Ok(SlackSim {
            slack,
            address,
            stop,
            server,
            dispatcher,
        })
    }
}

/// A running simulator. Dropping it stops it; [`SlackSim::shutdown`] also waits for that.
#[derive(Debug)]
pub struct SlackSim {
    slack: Arc<Slack>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
    dispatcher: JoinHandle<()>,
}

impl SlackSim {
    /// Northwind, real time, any free port of this machine, rate limits on.
    pub fn builder() -> Builder {
        Builder {
            seed: None,
            clock: VirtualClock::new(),
            bind: "127.0.0.1:0".to_owned(),
            console_url: "http://127.0.0.1:8080".to_owned(),
            rate_limits: true,
            ids: IdSource::unpredictable(),
            secrets_to: None,
        }
    }

    /// The root to use instead of `https://slack.com`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The clock; turn it as you like.
    pub fn clock(&self) -> &VirtualClock {
        &self.slack.clock
    }

    /// The latest calls of a method, oldest first.
    pub fn calls(&self, method: &str) -> Vec<Call> {
        self.slack.calls.list(Some(method))
    }

    /// The latest calls of all methods, oldest first.
    pub fn all_calls(&self) -> Vec<Call> {
        self.slack.calls.list(None)
    }

    /// The triggers handed out, the latest first: when issued, when spent, and by what.
    pub fn triggers(&self) -> Vec<Trigger> {
        self.slack
            .read(|world| world.triggers.newest_first().cloned().collect())
    }

    /// The permission dialogs, the latest first.
    pub fn dialogs(&self) -> Vec<Dialog> {
        self.slack.read(|world| world.dialogs.iter().rev().cloned().collect())
    }

    /// Every refresh of a token and what came of it, oldest first.
    pub fn rotations(&self) -> Vec<Rotation> {
        self.slack.read(|world| world.rotations.list().cloned().collect())
    }

    /// Every request for an app, oldest first.
    pub fn app_requests(&self) -> Vec<AppRequest> {
        self.slack.read(|world| world.approvals.requests.all().to_vec())
    }

    /// The connections of apps in Socket Mode, oldest first.
    pub fn sockets(&self) -> Vec<Socket> {
        self.slack.sockets.list()
    }

    /// Ends the Socket Mode connections of an app, named by its id or slug, or warns them; answers how many there are.
    pub fn disconnect_sockets(&self, app: &str, reason: DisconnectReason) -> usize {
        let id = self.slack.read(|world| world.app(app).map(|app| app.id.clone()));
        id.map_or(0, |id| self.slack.sockets.disconnect(&id, reason))
    }

    /// The latest deliveries, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.slack.push.log.list()
    }

    /// Does what a person does, and starts to deliver the events that follow.
    #[expect(clippy::unused_async, reason = "callers should not care whether it needs to wait")]
    pub async fn act(&self, action: Action) -> Result<Acted, ActionError> {
        self.slack.act(&action)
    }

    /// Does it without any app hearing of it: the events that would follow are lost.
    #[expect(clippy::unused_async, reason = "callers should not care whether it needs to wait")]
    pub async fn act_quietly(&self, action: Action) -> Result<Acted, ActionError> {
        self.slack.act_quietly(&action)
    }

    /// Allows an app as [`Action::Consent`] does and answers where the browser is sent.
    pub async fn consent(&self, action: Action) -> Result<Url, ActionError> {
        let acted = self.act(action).await?;
        acted.redirect.ok_or(ActionError::NothingChanges)
    }

    /// Makes the next `count` calls of a method go wrong, or the next events of a type.
    pub fn fault(&self, method: &str, fault: Fault, count: u32) {
        self.slack.faults.set(FaultPlan {
            method: method.to_owned(),
            faults: vec![fault],
            percent: 100,
            count: Some(count),
        });
    }

    /// Makes a share of the calls or events to come go wrong.
    pub fn plan_faults(&self, plan: FaultPlan) {
        self.slack.faults.set(plan);
    }

    /// Lets nothing go wrong any more.
    pub fn clear_faults(&self) {
        self.slack.faults.clear();
    }

    /// Waits until no delivery is under way or due by the clock.
    pub async fn idle(&self) {
        self.slack.push.log.idle(&self.slack.clock).await;
    }

    /// The apps, secrets included.
    pub fn apps(&self) -> Vec<App> {
        self.slack.read(|world| world.apps.values().cloned().collect())
    }

    /// A copy of the world as it is now.
    pub fn world(&self) -> World {
        self.slack.read(World::clone)
    }

    /// Starts again from a seed.
    pub fn reseed(&self, seed: Seed) -> Result<(), SeedError> {
        self.slack.reseed(seed)
    }

    /// Stops listening, ends deliveries and waits for both; at most two seconds.
    pub async fn shutdown(self) {
        let _ = self.stop.send(true);
        for task in [self.server, self.dispatcher] {
            let abort = task.abort_handle();
            if tokio::time::timeout(GRACE, task).await.is_err() {
                abort.abort();
            }
        }
    }
}
