//! A simulator, and consoles that are processes of their own, with the seed's app installed: where buttons
//! are pressed hard, and consoles killed.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context as _, ensure};
use grantbook_core::{
    InstallationKey, ResourceId, Scope, UserId,
    request::{RequestId, StateName},
    view::{
        Page, Role,
        requests::{NewRequest, RequestStory, RequestView},
    },
};
use grantbook_flows::{apps::Apps, keys::Keys};
use grantbook_server::{
    config::{Config, DatabaseUrl},
    demo::registration,
    open,
};
use grantbook_simulator::{Action, Seed, SlackSim, Trigger, VirtualClock, state::Acted};
use grantbook_store::{Options, Store, Vault};
use reqwest::{Client, header, redirect::Policy};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use url::Url;

use crate::site::{self, Server};

/// The workspace.
pub const TEAM: &str = "T061EG9R6";
/// Who installs.
pub const IZZY: &str = "U061F7AUR";
/// A channel that the app is given.
pub const CHANNEL: &str = "C061EG9T2";
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
        let (folder, address) = (tempfile::tempdir()?, site::free_address()?);
        let console = format!("http://{address}");
        let mut seed = Seed::northwind(&console);
        for app in &mut seed.apps {
            app.token_rotation = false;
            if postman == Postman::Test {
                app.interactions_url = None;
            }
        }
        let sim = SlackSim::builder()
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

    /// Installs the app by the running console's door, with [`CHANNEL`].
    ///
    /// # Errors
    ///
    /// Fails where a step does not lead to the next.
    pub async fn install(&self) -> anyhow::Result<()> {
        let door = self.at(self.address, "slack/insectoid/install");
        let answer = self.http.get(door).send().await?;
        let location = answer.headers().get(header::LOCATION).context("a redirect")?;
        let page: Url = location.to_str()?.parse()?;
        let query = |wanted: &str| {
            page.query_pairs()
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
        };
        let consent = Action::Consent {
            app: "insectoid".to_owned(),
            team: TEAM.parse()?,
            user: IZZY.parse()?,
            scopes: Some(vec![Scope::new("chat:write")?]),
            resources: vec![CHANNEL.parse()?],
            wildcards: Vec::new(),
            single_channel: false,
            user_scopes: None,
            untick: Vec::new(),
            redirect_uri: query("redirect_uri"),
            state: query("state"),
        };
        let callback = self.sim.consent(consent).await?;
        let answer = self.http.get(callback).send().await?;
        ensure!(answer.status().is_redirection(), "installed with {}", answer.status());
        Ok(())
    }

    /// Has the first console ask the people of [`CHANNEL`] for `commands`, so many times, and waits for the
    /// messages.
    ///
    /// # Errors
    ///
    /// Fails when a request is refused or a message does not come.
    pub async fn offer(&self, count: usize) -> anyhow::Result<Vec<Button>> {
        for number in 0..count {
            let new = NewRequest {
                installation: self.key.clone(),
                user: None,
                channel: Some(CHANNEL.parse()?),
                scopes: [Scope::new("commands")?].into(),
                optional: Default::default(),
                message: Some(format!("Try our new slash command ({number}).")),
                button: Some("Add /insectoid command".to_owned()),
                again_of: None,
            };
            let request = self
                .http
                .post(self.at(self.address, "api/v1/permission-requests"))
                .bearer_auth(self.api_key.expose_secret())
                .json(&new);
            let answer = request.send().await?;
            ensure!(answer.status() == 201, "drafted with {}", answer.status());
        }
        until("every message is offered", async || {
            let offered = self.listed(&[StateName::Offered]).await?.len();
            Ok((offered == count).then_some(()))
        })
        .await?;
        let buttons = self.buttons()?;
        ensure!(buttons.len() == count, "{} messages", buttons.len());
        Ok(buttons)
    }

    fn buttons(&self) -> anyhow::Result<Vec<Button>> {
        let channel: ResourceId = CHANNEL.parse()?;
        let world = self.sim.world();
        let mut buttons = BTreeMap::new();
        for message in world.messages.get(&channel).into_iter().flatten() {
            let callback = message.attachments[0]["callback_id"].as_str().unwrap_or_default();
            if let Some(number) = callback.strip_prefix("perm_request_") {
                let button = Button {
                    request: RequestId(number.parse()?),
                    channel: channel.clone(),
                    ts: message.ts(),
                };
                buttons.insert(button.request, button);
            }
        }
        Ok(buttons.into_values().collect())
    }

    /// The people of [`CHANNEL`].
    ///
    /// # Errors
    ///
    /// Fails when there is no such channel.
    pub fn people(&self) -> anyhow::Result<Vec<UserId>> {
        let channel: ResourceId = CHANNEL.parse()?;
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

    /// A request's story, as the page reads it.
    ///
    /// # Errors
    ///
    /// Fails when the console does not answer.
    pub async fn story(&self, request: RequestId) -> anyhow::Result<RequestStory> {
        self.get(&format!("permission-requests/{request}")).await
    }

    /// The story, once the request is in `state`.
    ///
    /// # Errors
    ///
    /// Fails after a minute.
    pub async fn reaches(&self, request: RequestId, state: StateName) -> anyhow::Result<RequestStory> {
        until(&format!("{request} is {state}"), async || {
            let story = self.story(request).await?;
            Ok((story.request.state == state).then_some(story))
        })
        .await
    }

    /// All requests in some states, or in any, as the page lists them.
    ///
    /// # Errors
    ///
    /// Fails when the console does not answer.
    pub async fn listed(&self, states: &[StateName]) -> anyhow::Result<Vec<RequestView>> {
        let states: Vec<_> = states.iter().map(|state| state.as_str()).collect();
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("permission-requests?limit=100&state={}{cursor}", states.join(","));
            let page: Page<RequestView> = self.get(&path).await?;
            items.extend(page.items);
            match page.next_cursor {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let url = self.at(self.address, &format!("api/v1/{path}"));
        let request = self.http.get(url).bearer_auth(self.api_key.expose_secret());
        let answer = request.send().await?;
        ensure!(answer.status() == 200, "{path} answered {}", answer.status());
        Ok(answer.json().await?)
    }

    fn at(&self, address: SocketAddr, path: &str) -> String {
        format!("http://{address}/{path}")
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
