//! A console's folder with a key file, and a database in which an app is installed in many workspaces:
//! where load is put on a server that is a process of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use grantbook_core::{
    AppId, AppSlug, Fact, InstallationKey, OrderKey, Source, TeamId, Tenant, Timestamp,
    ledger::Draft,
    view::{Model, NewApp},
};
use grantbook_store::{Options, Store, Vault, recording::NewInstallation, tokens::NewToken};

use crate::{evidence, ports};

/// The signing secret of the installed app.
pub const SIGNING_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
/// Its id at Slack.
pub const APP_ID: &str = "A0BLA3EP2";
/// Its events door.
pub const DOOR: &str = "/slack/insectoid/events";

/// Seconds since the epoch by this machine's clock.
pub fn now_seconds() -> i64 {
    std::time::UNIX_EPOCH
        .elapsed()
        .map_or(0, |elapsed| i64::try_from(elapsed.as_secs()).unwrap_or(0))
}

/// `count` workspaces.
pub fn teams(count: usize) -> anyhow::Result<Vec<TeamId>> {
    (0..count)
        .map(|number| Ok(TeamId::new(format!("T0LOAD{number:03}"))?))
        .collect()
}

/// A console's folder and database, and the address it will listen on.
#[derive(Debug)]
pub struct Site {
    folder: tempfile::TempDir,
    database: String,
    address: SocketAddr,
}

impl Site {
    /// Migrates `database`, or a fresh SQLite file, and installs the app in `count` workspaces.
    pub async fn prepare(database: Option<String>, count: usize) -> anyhow::Result<Self> {
        let folder = evidence::folder()?;
        let sqlite = || format!("sqlite://{}", folder.path().join("grantbook.sqlite").display());
        let database = database.unwrap_or_else(sqlite);
        let site = Self {
            folder,
            database,
            address: free_address()?,
        };
        let store = site.store().await?;
        store.migrate().await?;
        let now = Timestamp::from_seconds(now_seconds() - 1_000_000);
        let app = app()?;
        let row = store.insert_app(&app, now).await?;
        for team in teams(count)? {
            store
                .record_installation(installation(row, &app.slug, team, now))
                .await?;
        }
        store.close().await?;
        Ok(site)
    }

    /// Opens the database beside the server, or after it.
    pub async fn store(&self) -> anyhow::Result<Store> {
        let vault = Vault::from_key_file(&self.folder.path().join("master.key"))?;
        Ok(Store::open(&self.database, vault, Options::default()).await?)
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The database's address.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts this very program again with `args`, set up by the environment to serve this site, and
    /// waits until it listens.
    pub async fn serve(&self, args: &[&str]) -> anyhow::Result<Server> {
        serve(self.command(args)?, self.folder.path(), self.address).await
    }

    /// This very program with `args`, set up by the environment to work on this site.
    pub fn command(&self, args: &[&str]) -> anyhow::Result<Command> {
        let mut command = Command::new(std::env::current_exe().context("this program's path")?);
        command
            .current_dir(self.folder.path())
            .args(args)
            .env("GRANTBOOK_DATABASE__URL", &self.database)
            .env("GRANTBOOK_SERVER__BIND", self.address.to_string())
            .env("GRANTBOOK_KEYS__FILE", self.folder.path().join("master.key"))
            .env("GRANTBOOK_LOG__FILTER", "warn");
        Ok(command)
    }
}

/// Starts a server in `folder` and waits until it listens on `address`.
pub async fn serve(mut command: Command, folder: &Path, address: SocketAddr) -> anyhow::Result<Server> {
    command.current_dir(folder).stdin(Stdio::null());
    if !evidence::log(&mut command)? {
        command.stdout(Stdio::null());
    }
    let child = command.spawn()?;
    let server = Server(child);
    let deadline = Instant::now() + Duration::from_secs(30);
    while tokio::net::TcpStream::connect(address).await.is_err() {
        ensure!(Instant::now() < deadline, "the server did not come up");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(server)
}

/// An address of this machine that is this process's own.
///
/// # Errors
///
/// As of [`ports::free`].
pub fn free_address() -> anyhow::Result<SocketAddr> {
    Ok((Ipv4Addr::LOCALHOST, ports::free()?).into())
}

fn app() -> anyhow::Result<NewApp> {
    Ok(NewApp {
        slug: AppSlug::new("insectoid")?,
        name: "Insectoid".to_owned(),
        app_id: AppId::new(APP_ID)?,
        model: Model::Workspace,
        client_id: "1.2".to_owned(),
        client_secret: "client-secret".to_owned(),
        signing_secret: SIGNING_SECRET.to_owned(),
        scopes: BTreeSet::new(),
        single_channel: false,
        user_scopes: [].into(),
        token_rotation: false,
        org_deploy: false,
        app_token: None,
        socket_connections: 0,
    })
}

fn installation(app: i64, slug: &AppSlug, team: TeamId, now: Timestamp) -> NewInstallation {
    let fact = Fact::Installed {
        authorizing_user: None,
        scopes: BTreeMap::new(),
        resources: BTreeSet::new(),
    };
    let key = OrderKey::new(now, &fact, format!("oauth:{team}"));
    NewInstallation {
        app,
        tenant_name: team.to_string(),
        key: InstallationKey::new(slug.clone(), Tenant::Team(team)),
        enterprise: None,
        app_user: None,
        installer: None,
        token: Some(NewToken {
            access: "xoxa-2-load".to_owned().into(),
            refresh: None,
            issued_at: now,
            expires_at: None,
        }),
        user_tokens: Vec::new(),
        attempt: "none".to_owned(),
        draft: Draft {
            key,
            recorded_at: now,
            source: Source::Oauth,
            actor: None,
            fact,
        },
        request: None,
        now,
    }
}

/// A server process; it is killed when this is dropped.
#[derive(Debug)]
pub struct Server(Child);

impl Server {
    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
