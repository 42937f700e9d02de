//! A console in this process, on a port of its own, before any Slack.

use std::{sync::Arc, time::Duration};

use grantbook_api::{
    client::SlackClient,
    http::{HttpClient, HttpSettings},
};
use grantbook_core::{
    AppSlug,
    view::{NewApp, Role},
};
use grantbook_flows::{
    Addresses, House,
    accounts::Accounts,
    apps::Apps,
    clock::SystemIds,
    progressive::{self, Journal},
};
use grantbook_server::{
    app::{AppState, Lifecycle, Parts, router},
    serve,
    settings::Settings,
    telemetry,
};
use grantbook_simulator::{Builder, Seed, SlackSim, VirtualClock};
use grantbook_store::{Options, Store, Vault};
use grantbook_tests::ground::Turned;
use url::Url;

/// The password of `admin`.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A running console with an administrator named `admin`.
pub(crate) struct Console {
    pub(crate) url: Url,
    pub(crate) house: House,
    lifecycle: Lifecycle,
    serving: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
    database: String,
    folder: tempfile::TempDir,
}

/// An address for the console, to be known before it starts: the simulator's seed names it.
pub(crate) fn reserve() -> (std::net::SocketAddr, Url) {
    let address = grantbook_tests::site::free_address().unwrap();
    (address, format!("http://{address}/").parse().unwrap())
}

impl Console {
    /// Starts on `address` with a fresh SQLite database; Slack is at `slack_url`.
    pub(crate) async fn start(
        address: std::net::SocketAddr,
        slack_url: Url,
        clock: VirtualClock,
    ) -> anyhow::Result<Self> {
        let (mut console, state) = Self::build(None, address, slack_url, clock).await?;
        let listener = serve::listen(address, 128)?;
        console.serving = Some(tokio::spawn(serve::serve(listener, state, Duration::from_secs(2))));
        Ok(console)
    }

    /// Starts beside a simulator that knows it: `change` is done to Northwind's seed, `with` to the simulator to be.
    /// No app is registered.
    pub(crate) async fn beside(
        change: impl FnOnce(&mut Seed),
        with: impl FnOnce(Builder) -> Builder,
    ) -> anyhow::Result<(SlackSim, Self)> {
        let (address, url) = reserve();
        let mut seed = Seed::northwind(url.as_str());
        change(&mut seed);
        let builder = grantbook_tests::evidence::simulator()
            .seed(seed)
            .console_url(url.as_str());
        let sim = with(builder).start().await?;
        let console = Self::start(address, sim.url().parse()?, sim.clock().clone()).await?;
        Ok((sim, console))
    }

    /// The same as [`Self::start`] on a database that exists, with its doors only: nothing goes on in the background.
    pub(crate) async fn start_doors(
        database: Option<String>,
        address: std::net::SocketAddr,
        slack_url: Url,
        clock: VirtualClock,
    ) -> anyhow::Result<Self> {
        let (mut console, state) = Self::build(database, address, slack_url, clock).await?;
        let listener = serve::listen(address, 128)?;
        let stop = console.lifecycle.stop.clone().cancelled_owned();
        let doors = axum::serve(listener, router(state)).with_graceful_shutdown(stop);
        console.serving = Some(tokio::spawn(doors.into_future()));
        Ok(console)
    }

    async fn build(
        database: Option<String>,
        address: std::net::SocketAddr,
        slack_url: Url,
        clock: VirtualClock,
    ) -> anyhow::Result<(Self, AppState)> {
        let folder = grantbook_tests::evidence::folder()?;
        let vault = Vault::from_key_file(&folder.path().join("master.key"))?;
        let sqlite = || format!("sqlite://{}", folder.path().join("grantbook.sqlite").display());
        let database = database.unwrap_or_else(sqlite);
        let store = Store::open(&database, vault, Options::default()).await?;
        store.migrate().await?;
        let url: Url = format!("http://{address}/").parse()?;
        let slack = SlackClient::new(slack_url.clone(), HttpClient::new(&HttpSettings::default())?);
        let addresses = Addresses {
            public_url: url.clone(),
            slack_url,
        };
        let requests = progressive::Settings {
            journal: Journal::open(&folder.path().join("presses.journal"))?,
            ..progressive::Settings::default()
        };
        let house = House::new(
            store,
            slack,
            Arc::new(Turned(clock)),
            Arc::new(SystemIds),
            addresses,
            requests,
        );
        let accounts = Accounts::new(house.clone(), Duration::from_secs(3600));
        accounts
            .create_user("admin", PASSWORD.to_owned().into(), Role::Admin)
            .await?;
        let lifecycle = Lifecycle::default();
        let state = AppState::new(Parts {
            house: house.clone(),
            settings: Settings::new(url.clone()),
            metrics: telemetry::metrics()?,
            lifecycle: lifecycle.clone(),
        });
        let console = Self {
            url,
            house,
            lifecycle,
            serving: None,
            database,
            folder,
        };
        Ok((console, state))
    }

    /// Registers an app.
    pub(crate) async fn register(&self, app: NewApp) -> anyhow::Result<AppSlug> {
        Ok(Apps::new(self.house.clone()).add(app).await?.slug)
    }

    /// Registers every app of a simulator.
    pub(crate) async fn register_all(&self, apps: &[grantbook_simulator::state::App]) -> anyhow::Result<()> {
        for app in apps {
            self.register(grantbook_server::demo::registration(app)).await?;
        }
        Ok(())
    }

    /// Another house over the same database, as another replica has it: with a memory of its own.
    pub(crate) async fn replica(&self) -> anyhow::Result<House> {
        let folder = self.folder.path();
        let vault = Vault::from_key_file(&folder.join("master.key"))?;
        Ok(House::new(
            Store::open(&self.database, vault, Options::default()).await?,
            self.house.slack.clone(),
            Arc::clone(&self.house.clock),
            Arc::new(SystemIds),
            self.house.addresses.clone(),
            progressive::Settings::default(),
        ))
    }

    /// An address below the console's.
    pub(crate) fn at(&self, path: &str) -> String {
        self.url.join(path).unwrap().to_string()
    }

    /// Stops serving and waits for it.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.lifecycle.stop.cancel();
        match self.serving {
            Some(serving) => Ok(serving.await??),
            None => Ok(()),
        }
    }
}
