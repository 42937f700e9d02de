//! `grantbook serve`: runs the console.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use secrecy::ExposeSecret as _;

use super::output;
use crate::{
    app::{AppState, Lifecycle, Parts},
    assets,
    config::Config,
    open, serve as server,
    settings::Settings,
    telemetry,
};

/// Nothing but the configuration.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  grantbook serve\n  GRANTBOOK_SERVER__BIND=0.0.0.0:8080 grantbook serve")]
pub(super) struct Args {}

pub(super) async fn run(_args: Args, config: &Config) -> anyhow::Result<()> {
    telemetry::start_logging(&config.log)?;
    ensure!(
        cfg!(debug_assertions) || assets::embedded(),
        "this binary was built without its page; build it with `cargo xtask web` first, then the server"
    );
    let house = open::serving_house(config).await?;
    let settings = Settings::of(config).context("server.public_url is not an address")?;
    let lifecycle = Lifecycle::default();
    let public_url = settings.public_url.clone();
    let state = AppState::new(Parts {
        house,
        settings,
        metrics: telemetry::metrics()?,
        lifecycle: lifecycle.clone(),
    });
    let bind = config.server.bind;
    let listener =
        server::listen(bind, config.server.listen_backlog).with_context(|| format!("cannot listen on {bind}"))?;
    server::stop_on_signals(&lifecycle).context("cannot watch for signals")?;
    invite(&state).await?;
    tracing::info!(%bind, %public_url, "the console listens");
    let drain = Duration::from_secs(config.server.drain_timeout_seconds);
    server::serve(listener, state, drain)
        .await
        .context("the server stopped")
}

/// Prints the one-time set-up link while nobody can sign in. Printed, not logged: it is a secret.
async fn invite(state: &AppState) -> anyhow::Result<()> {
    let Some(token) = state.accounts.begin_setup().await.context("cannot look for accounts")? else {
        return Ok(());
    };
    let base = state.settings.public_url.as_str().trim_end_matches('/');
    output::line(&format!(
        "Nobody can sign in yet. Make the first administrator with this link, which works once:\n  {base}/setup#{}",
        token.expose_secret()
    ))
}
