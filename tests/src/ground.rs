//! What houses that nobody serves stand on: a simulator whose clock the tests turn, a database and its key.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use grantbook_api::{
    client::SlackClient,
    http::{HttpClient, HttpSettings},
};
use grantbook_core::Timestamp;
use grantbook_flows::{
    Addresses, House,
    clock::{Clock, Ids, SystemIds},
    progressive::Settings,
};
use grantbook_simulator::{Builder, Seed, SlackSim, VirtualClock};
use grantbook_store::{Options, Store, Vault};
use url::Url;

use crate::evidence;

/// Where nobody listens: no event is sent there.
pub const NOWHERE: &str = "http://127.0.0.1:9/";
/// 2026-09-10.
const START: i64 = 1_789_000_000;

/// The simulator's clock, which a house reads too.
#[derive(Debug)]
pub struct Turned(pub VirtualClock);

impl Clock for Turned {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// A seed whose apps' tokens end, or do not.
pub fn rotating(rotation: bool) -> impl FnOnce(&mut Seed) {
    move |seed| {
        for app in &mut seed.apps {
            app.token_rotation = rotation;
        }
    }
}

/// A simulator to be for a console at `console`, whose clock stands still and is turned by hand. Its apps' tokens do
/// not end and no event is sent, unless `change` wants it otherwise.
pub fn still(console: &str, change: impl FnOnce(&mut Seed)) -> Builder {
    let mut seed = Seed::northwind(console);
    for app in &mut seed.apps {
        app.token_rotation = false;
        app.events_url = None;
    }
    change(&mut seed);
    evidence::simulator()
        .seed(seed)
        .clock(VirtualClock::frozen(Timestamp::from_seconds(START)))
        .without_rate_limits()
}

/// Where houses are built: a database and its key.
#[derive(Clone, Debug)]
pub struct Ground {
    database: String,
    master: PathBuf,
}

impl Ground {
    /// On `database`, or else on a file in `folder`; the key lies there. Nothing is migrated yet.
    pub fn new(database: Option<String>, folder: &Path) -> Self {
        let sqlite = || format!("sqlite://{}", folder.join("grantbook.sqlite").display());
        Self {
            database: database.unwrap_or_else(sqlite),
            master: folder.join("master.key"),
        }
    }

    /// Connections to the database of their own, as each process has them.
    ///
    /// # Errors
    ///
    /// Fails when it is not there.
    pub async fn store(&self) -> anyhow::Result<Store> {
        let vault = Vault::from_key_file(&self.master)?;
        Ok(Store::open(&self.database, vault, Options::default()).await?)
    }

    /// A house with its own connections to the database and to Slack, as each process has them.
    ///
    /// # Errors
    ///
    /// Fails when the database is not there.
    pub async fn house(self, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>, slack: Url) -> anyhow::Result<House> {
        let client = SlackClient::new(slack.clone(), HttpClient::new(&HttpSettings::default())?);
        let addresses = Addresses {
            public_url: NOWHERE.parse()?,
            slack_url: slack,
        };
        let store = self.store().await?;
        Ok(House::new(store, client, clock, ids, addresses, Settings::default()))
    }

    /// A house whose Slack is this simulator, by `clock`.
    ///
    /// # Errors
    ///
    /// Fails when the database is not there.
    pub async fn house_by(&self, clock: VirtualClock, sim: &SlackSim) -> anyhow::Result<House> {
        let (clock, slack) = (Arc::new(Turned(clock)), sim.url().parse()?);
        self.clone().house(clock, Arc::new(SystemIds), slack).await
    }

    /// A house whose Slack is this simulator, by its clock.
    ///
    /// # Errors
    ///
    /// Fails when the database is not there.
    pub async fn house_beside(&self, sim: &SlackSim) -> anyhow::Result<House> {
        self.house_by(sim.clock().clone(), sim).await
    }
}
