//! A simulator, and consoles that are processes of their own, with the seed's app installed: where buttons
//! are pressed hard, and consoles killed.

mod requests;

use std::{net::SocketAddr, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context as _, ensure};
use grantbook_core::{InstallationKey, ResourceId, Scope, UserId, request::RequestId, view::Role};
use grantbook_flows::{apps::Apps, keys::Keys};
use grantbook_server::{
    config::{Config, DatabaseUrl},
    demo::registration,
    open,
};
use grantbook_simulator::{Action, Seed, SlackSim, Trigger, VirtualClock, state::Acted};
use grantbook_store::{Options, Store, Vault};
use reqwest::{Client, redirect::Policy};
use secrecy::SecretString;

use crate::{
    consent::{self, Allowed},
    evidence,
    site::{self, Server},
};

/// The workspace.
pub const TEAM: &str = "T061EG9R6";
/// Who installs.
pub const IZZY: &str = "U061F7AUR";
/// The channels that the app is given, with the same people in them. A conversation keeps 500 messages, and
/// Slack writes there, too: whoever presses is told when the press did not reach the app.
pub const CHANNELS: [&str; 2] = ["C061EG9T2", "C0E9UNTZR9"];
/// The method that spends a trigger.
pub const METHOD: &str = "apps.permissions.request";

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often one looks.
const GLANCE: Duration = Duration::from_millis(10);

/// Who takes the simulator's presses to a console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Postman {
    /// The simulator, as Slack does.
    Simulator,
    /// The test, from [`Acted::posts`]: twice, or to two consoles.
    Test,
}

/// The simulator, the database and the folder of the consoles.
#[derive(Debug)]
pub struct Stage {
    /// Slack.
    pub sim: SlackSim,
    /// The app in [`TEAM`].
    pub key: InstallationKey,
    /// The database of all consoles.
    pub database: String,
    address: SocketAddr,
    folder: tempfile::TempDir,
    http: Client,
    api_key: SecretString,
}

/// A message with a button.
#[derive(Clone, Debug)]
pub struct Button {
    /// Whose.
    pub request: RequestId,
    /// Where.
    pub channel: ResourceId,
    /// Which message.
    pub ts: String,
}

/// Waits until `look` finds something.
///
/// # Errors
///
/// Says what was waited for, after a minute.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        ensure!(std::time::Instant::now() < deadline, "waited in vain until {what}");
        tokio::time::sleep(GLANCE).await;
    }
}

impl Stage {
    /// Migrates `database`, or a fresh SQLite file, and registers the simulator's apps. No console runs yet.
    ///
    /// # Errors
    ///
    /// Fails where anything of this does.
    pub async fn prepare(database: Option<String>, postman: Postman) -> anyhow::Result<Self> {
        Self::prepare_where(database, postman, |_| ()).await
    }

    /// The same with another seed.
    ///
    /// # Errors
    ///
    /// Fails where anything of this does.
    pub async fn prepare_where(
        database: Option<String>,
        postman: Postman,
        change: impl FnOnce(&mut Seed),
    ) -> anyhow::Result<Self> {
        let (folder, address) = (evidence::folder()?, site::free_address()?);
        let console = format!("http://{address}");
        let mut seed = Seed::northwind(&console);
        for app in &mut seed.apps {
            app.token_rotation = false;
            if postman == Postman::Test {
                app.interactions_url = None;
            }
        }
        change(&mut seed);
        let sim = evidence::simulator()
            .seed(seed)
            .clock(VirtualClock::new())
            .console_url(console)
            .without_rate_limits()
            .start()
            .await?;
        let sqlite = || format!("sqlite://{}", folder.path().join("grantbook.sqlite").display());
        let database = database.unwrap_or_else(sqlite);
        let mut config = Config::default();
        config.server.bind = address;
        config.database.url = DatabaseUrl::from(database.clone());
        config.keys.file = folder.path().join("master.key");
        config.slack.base_url = sim.url();
        let house = open::migrated_house(&config).await?;
        let apps = Apps::new(house.clone());
        for app in sim.apps() {
            apps.add(registration(&app)).await?;
        }
        let api_key = Keys::new(house).create("the test", Role::Admin).await?.key;
        Ok(Self {
            sim,
            key: format!("insectoid.{TEAM}").parse()?,
            database,
            address,
            folder,
            http: Client::builder()
                .redirect(Policy::none())
                .cookie_store(true)
                .no_proxy()
                .build()?,
            api_key,
        })
    }

    /// Where the first console listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the console at `address` notes its presses.
    pub fn journal(&self, address: SocketAddr) -> PathBuf {
        self.folder.path().join(format!("presses-{}.journal", address.port()))
    }

    /// Starts this very program again with `args`, as the first console.
    ///
    /// # Errors
    ///
    /// Fails when it does not listen.
    pub async fn serve(&self, args: &[&str]) -> anyhow::Result<Server> {
        self.serve_at(self.address, args).await
    }

    /// The same at an address of its own, on the same database, with a journal of its own.
    ///
    /// # Errors
    ///
    /// Fails when it does not listen.
    pub async fn serve_at(&self, address: SocketAddr, args: &[&str]) -> anyhow::Result<Server> {
        let mut command = Command::new(std::env::current_exe().context("this program's path")?);
        command
            .args(args)
            .env("GRANTBOOK_DATABASE__URL", &self.database)
            .env("GRANTBOOK_SERVER__BIND", address.to_string())
            .env("GRANTBOOK_KEYS__FILE", self.folder.path().join("master.key"))
            .env("GRANTBOOK_SLACK__BASE_URL", self.sim.url())
            .env("GRANTBOOK_REQUESTS__JOURNAL", self.journal(address))
            .env("GRANTBOOK_LOG__FILTER", "error");
        site::serve(command, self.folder.path(), address).await
    }

    /// Installs the app by the running console's door, with [`CHANNELS`].
    ///
    /// # Errors
    ///
    /// Fails where a step does not lead to the next.
    pub async fn install(&self) -> anyhow::Result<()> {
        let allowed = Allowed {
            scopes: Some(vec![Scope::new("chat:write")?]),
            resources: CHANNELS.iter().map(|id| id.parse()).collect::<Result<_, _>>()?,
            ..Allowed::default()
        };
        let door = self.at("slack/insectoid/install");
        consent::install(&self.sim, &self.http, door.as_str(), "insectoid", allowed).await
    }

    /// The people of [`CHANNELS`].
    ///
    /// # Errors
    ///
    /// Fails when there is no such channel.
    pub fn people(&self) -> anyhow::Result<Vec<UserId>> {
        let channel: ResourceId = CHANNELS[0].parse()?;
        let world = self.sim.world();
        let conversation = world.conversations.get(&channel).context("the channel")?;
        Ok(conversation.members.iter().cloned().collect())
    }

    /// Somebody presses a button.
    ///
    /// # Errors
    ///
    /// Fails when the simulator has no such button.
    pub async fn press(&self, button: &Button, user: &UserId) -> anyhow::Result<Acted> {
        let press = Action::Press {
            channel: button.channel.clone(),
            ts: button.ts.clone(),
            user: user.clone(),
            attachment: Some(1),
            element: "add_scopes".to_owned(),
            value: None,
        };
        Ok(self.sim.act(press).await?)
    }

    /// Waits until so many triggers were spent, and answers them all.
    ///
    /// # Errors
    ///
    /// Fails after a minute.
    pub async fn spent(&self, count: usize) -> anyhow::Result<Vec<Trigger>> {
        until(&format!("{count} triggers are spent"), async || {
            let triggers = self.sim.triggers();
            let spent = triggers.iter().filter(|trigger| trigger.spent_at.is_some()).count();
            Ok((spent >= count).then_some(triggers))
        })
        .await
    }

    fn at(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// The database, beside the consoles.
    ///
    /// # Errors
    ///
    /// Fails when it is not there.
    pub async fn store(&self) -> anyhow::Result<Store> {
        let vault = Vault::from_key_file(&self.folder.path().join("master.key"))?;
        Ok(Store::open(&self.database, vault, Options::default()).await?)
    }
}
