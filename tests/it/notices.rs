//! Several processes on one PostgreSQL hear of each other's commits, and what one keeps in memory is never older than
//! it says.

mod kept;
mod rules;
mod told;

use std::{sync::Arc, time::Duration};

use grantbook_api::{
    client::SlackClient,
    http::{HttpClient, HttpSettings},
};
use grantbook_core::{
    Fact, InstallationKey, OrderKey, Reach, ResourceId, ResourceType, Source, Timestamp,
    fact::{Resource, ScopedResource},
    ledger::Draft,
};
use grantbook_flows::{
    Addresses, House,
    clock::{Clock, SystemIds},
    progressive::Settings,
};
use grantbook_store::{Store, installations::InstallationRef};
use grantbook_tests::{postgres::Postgres, stage::until};
use tokio::task::JoinHandle;

use crate::store_contract::{at, installed, new_app, open};

/// The machine's clock, as a console has it.
struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        let since = std::time::UNIX_EPOCH.elapsed().unwrap();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap())
    }
}

/// A store that listens, as a process that serves does.
struct Process {
    store: Store,
    listening: Option<JoinHandle<()>>,
}

impl Process {
    async fn start(database: &str) -> anyhow::Result<Self> {
        let mut process = Self {
            store: open(database).await,
            listening: None,
        };
        process.listen().await?;
        Ok(process)
    }

    /// Listens, and waits until it hears.
    async fn listen(&mut self) -> anyhow::Result<()> {
        let store = self.store.clone();
        self.listening = Some(tokio::spawn(async move { store.listen().await }));
        until("the other processes are heard", async || {
            Ok(self.store.heard_until().is_some().then_some(()))
        })
        .await
    }

    fn deafen(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.abort();
        }
    }

    /// A house over the same store.
    fn house(&self) -> anyhow::Result<House> {
        let nowhere: url::Url = "http://127.0.0.1:9/".parse()?;
        let slack = SlackClient::new(nowhere.clone(), HttpClient::new(&HttpSettings::default())?);
        let addresses = Addresses {
            public_url: nowhere.clone(),
            slack_url: nowhere,
        };
        let (clock, ids) = (Arc::new(Now), Arc::new(SystemIds));
        Ok(House::new(
            self.store.clone(),
            slack,
            clock,
            ids,
            addresses,
            Settings::default(),
        ))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.deafen();
    }
}

/// Two processes, and an installation.
struct Two {
    postgres: Postgres,
    a: Process,
    b: Process,
    app: i64,
    home: InstallationRef,
    drafts: u32,
}

impl Two {
    async fn start() -> anyhow::Result<Self> {
        let postgres = Postgres::start(grantbook_tests::postgres::Durability::Relaxed)?;
        let database = postgres.fresh_database()?;
        let a = Process::start(&database).await?;
        let b = Process::start(&database).await?;
        let app = a.store.insert_app(&new_app("insectoid", "A1"), at(0)).await?;
        let home = installed(&a.store, app, "T1").await;
        let mut there = b.store.changes();
        a.store.append_one(&home, install()).await?;
        tokio::time::timeout(SOON, there.recv()).await??;
        Ok(Self {
            postgres,
            a,
            b,
            app,
            home,
            drafts: 0,
        })
    }

    fn key(&self) -> &InstallationKey {
        &self.home.key
    }

    /// A channel is given to the app, or taken away, by the first process.
    async fn give(&mut self, channel: &str, given: bool) -> anyhow::Result<()> {
        self.drafts += 1;
        let draft = draft(self.drafts, channel, given)?;
        self.a.store.append_one(&self.home, draft).await?;
        Ok(())
    }
}

/// The app is installed, with nothing yet.
fn install() -> Draft {
    let fact = Fact::Installed {
        authorizing_user: None,
        scopes: std::collections::BTreeMap::new(),
        resources: std::collections::BTreeSet::new(),
    };
    Draft {
        key: OrderKey::new(at(0), &fact, "oauth:first"),
        recorded_at: at(0),
        source: Source::Oauth,
        actor: None,
        fact,
    }
}

/// `chat:write` for a channel, or no longer. Later numbers are later.
fn draft(number: u32, channel: &str, given: bool) -> anyhow::Result<Draft> {
    let resource = Resource {
        resource_type: ResourceType::Channel,
        reach: Reach::Specific(ResourceId::new(channel)?),
    };
    let resources = vec![ScopedResource {
        resource,
        scopes: ["chat:write".parse()?].into(),
    }];
    let fact = if given {
        Fact::ResourcesAdded { resources }
    } else {
        Fact::ResourcesRemoved { resources }
    };
    let when = at(i64::from(number));
    Ok(Draft {
        key: OrderKey::new(when, &fact, format!("Ev{number:06}")),
        recorded_at: when,
        source: Source::Event,
        actor: Some("U061".parse()?),
        fact,
    })
}

/// Longer than a notice takes, on a busy machine.
const SOON: Duration = Duration::from_secs(5);
