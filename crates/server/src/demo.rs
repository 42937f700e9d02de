//! `grantbook demo`: the console and a simulated Slack with a seeded organization, in one process.
//!
//! Nothing is written into the database behind the doors' backs: two years of history are lived, on a
//! turned clock, through the install doors, presses and signed events (`story`, `history`, `requests`, `approvals`).
//! Nothing leaves this machine, and anybody who reaches the console may sign in: it listens on loopback
//! unless told otherwise. Without `--data-dir` everything is forgotten when it ends.

mod approvals;
mod history;
mod present;
mod requests;
mod story;
#[cfg(test)]
mod tests;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use grantbook_core::{
    Scope, Timestamp,
    view::{Model, NewApp},
};
use grantbook_flows::{
    apps::{AddAppError, Apps},
    clock::Clock,
    ingest::Ingest,
};
use grantbook_simulator::{
    Seed, SlackSim, VirtualClock,
    state::{App, AppLevelToken, AppModel},
};
use url::Url;

use crate::{
    app::{AppState, Lifecycle, Parts},
    cli,
    config::{Config, DatabaseUrl, Log},
    open, serve,
    settings::{Demo, Settings},
    telemetry,
};

/// Where the demo lives.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  grantbook demo\n  grantbook demo --bind 127.0.0.1:8081 --sim-bind 127.0.0.1:8091")]
pub struct Args {
    /// Where the console listens.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    bind: SocketAddr,
    /// Where the simulated Slack listens.
    #[arg(long, default_value = "127.0.0.1:8090", value_name = "ADDRESS")]
    sim_bind: SocketAddr,
    /// Where to keep everything; a fresh folder that is removed at the end when absent.
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// Start with an empty ledger: the apps are registered, and nothing is installed.
    #[arg(long)]
    no_history: bool,
}

/// The story's seed number: another one tells another story.
const STORY: u64 = 2_041;

/// The simulator's clock, which the console reads too: while history is lived, both must agree.
struct Shared(VirtualClock);

impl Clock for Shared {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// Runs both until it is stopped.
pub async fn run(args: Args) -> anyhow::Result<()> {
    telemetry::start_logging(&Log {
        // What Slack refuses is part of the history, and stands in it.
        filter: "warn,grantbook_flows::outbox=error,grantbook_flows::progressive=error".to_owned(),
        ..Log::default()
    })?;
    let scratch = tempfile::tempdir().context("cannot make a folder for the demo")?;
    let folder = args.data_dir.clone().unwrap_or_else(|| scratch.path().to_owned());
    let backlog = Config::default().server.listen_backlog;
    let listener = serve::listen(args.bind, backlog).with_context(|| format!("cannot listen on {}", args.bind))?;
    let public_url = Url::parse(&format!("http://{}", listener.local_addr()?))?;

    let console = public_url.as_str().trim_end_matches('/');
    let seed = seed(console);
    let sim = SlackSim::builder()
        .seed(approvals::furnished(seed.clone(), console)?)
        .bind(args.sim_bind.to_string())
        .console_url(console)
        .without_rate_limits();
    let sim = sim.start().await.context("cannot start the simulated Slack")?;

    let lifecycle = Lifecycle::default();
    serve::stop_on_signals(&lifecycle).context("cannot watch for signals")?;
    let state = state(&config(&folder, &public_url, &sim.url()), &sim, lifecycle).await?;
    let fresh = register(&Apps::new(state.house.clone()), sim.apps()).await?;
    let serving = tokio::spawn(serve::serve(listener, state.clone(), Duration::from_secs(5)));
    if fresh && !args.no_history {
        live(&state, &sim, &seed).await?;
        present::live(&state, &sim).await?;
    }
    cli::line(&format!(
        "\n  Grantbook        {public_url}\n  Simulated Slack  {}/client\n\nStop with Ctrl-C.",
        sim.url()
    ))?;
    serving
        .await
        .context("the console ended")?
        .context("the console stopped")?;
    sim.shutdown().await;
    Ok(())
}

/// The simulator's organization, as the demo has it.
fn seed(console: &str) -> Seed {
    let mut seed = Seed::northwind(console);
    for app in &mut seed.apps {
        // Apps of one's own organization may do without rotation; a demo left open overnight stays alive.
        app.token_rotation = false;
        // Whoever cannot read people's names shows their ids, which tells a visitor less.
        let names = Scope::new("users:read")
            .ok()
            .filter(|scope| !app.scopes.contains(scope));
        app.scopes.extend(names);
        // It asks for its command later, as the guide to progressive permissions tells.
        if app.slug.as_str() == "insectoid" {
            app.scopes.retain(|scope| scope.as_str() != "commands");
        }
    }
    seed
}

async fn state(config: &Config, sim: &SlackSim, lifecycle: Lifecycle) -> anyhow::Result<AppState> {
    let store = open::migrated_store(config).await?;
    let house = open::house_at(config, store, Arc::new(Shared(sim.clock().clone())))?;
    let mut settings = Settings::of(config)?;
    settings.demo = Some(Demo {
        simulator_url: Url::parse(&sim.url())?,
    });
    Ok(AppState::new(Parts {
        house,
        settings,
        metrics: telemetry::metrics()?,
        lifecycle,
    }))
}

/// Lives the story of `seed`'s organization up to now.
async fn live(state: &AppState, sim: &SlackSim, seed: &Seed) -> anyhow::Result<()> {
    let scenes = story::write(seed, sim.clock().now(), STORY);
    cli::line(&format!(
        "Living two years of history through the real doors: {} scenes …",
        scenes.len()
    ))?;
    sim.clock().freeze();
    let lived = history::live(state, sim, scenes).await;
    sim.clock().reset();
    let lived = lived?;
    Ingest::new(state.house.clone()).replay().await?;
    cli::line(&format!(
        "{} installs, {} requests for more, {} for apps and {} further deeds.",
        lived.installs, lived.requests, lived.wishes, lived.deeds
    ))
}

fn config(folder: &std::path::Path, public_url: &Url, slack: &str) -> Config {
    let mut config = Config::default();
    config.server.public_url = Some(public_url.clone());
    config.database.url = DatabaseUrl::from(format!("sqlite://{}", folder.join("grantbook.sqlite").display()));
    config.keys.file = folder.join("master.key");
    slack.clone_into(&mut config.slack.base_url);
    config.approvals.channel = Some(approvals::CHANNEL.to_owned());
    config.approvals.groups = approvals::groups();
    config
}

/// Registers the simulator's apps, as an administrator would enter them; answers whether they were new.
async fn register(apps: &Apps, seeded: Vec<App>) -> anyhow::Result<bool> {
    let mut fresh = false;
    for app in seeded {
        match apps.add(approvals::enrolled(registration(&app))).await {
            Ok(_) => fresh = true,
            Err(AddAppError::SlugTaken(_) | AddAppError::AppTaken) => {}
            Err(error) => return Err(error).context("cannot register the demo's apps"),
        }
    }
    Ok(fresh)
}

/// The app-level token by which an app in Socket Mode connects.
fn connecting(app: &App) -> Option<String> {
    let connects = |token: &&AppLevelToken| token.scopes.iter().any(|scope| scope.as_str() == "connections:write");
    let token = app.app_tokens.iter().find(connects).filter(|_| app.socket_mode)?;
    Some(token.token.expose().to_owned())
}

/// What a simulated app is to the console.
pub fn registration(app: &App) -> NewApp {
    NewApp {
        slug: app.slug.clone(),
        name: app.name.clone(),
        app_id: app.id.clone(),
        model: match app.model {
            AppModel::Workspace => Model::Workspace,
            AppModel::Granular => Model::Modern,
        },
        client_id: app.client_id.as_str().to_owned(),
        client_secret: app.client_secret.expose().to_owned(),
        signing_secret: app.signing_secret.expose().to_owned(),
        scopes: app.scopes.iter().cloned().collect(),
        single_channel: false,
        user_scopes: [].into(),
        token_rotation: false,
        org_deploy: false,
        app_token: connecting(app),
        socket_connections: if app.socket_mode { 2 } else { 0 },
    }
}
