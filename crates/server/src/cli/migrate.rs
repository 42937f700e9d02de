//! `grantbook migrate`: brings the database's schema up to date.

use anyhow::Context as _;

use super::output;
use crate::{config::Config, open};

/// What to do with what is pending.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  grantbook migrate\n  grantbook migrate --dry-run --json")]
pub(super) struct Args {
    /// Name what is pending, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<()> {
    let store = open::store(config).await?;
    let pending = store
        .pending_migrations()
        .await
        .context("cannot read which migrations were applied")?;
    if !args.dry_run {
        open::migrate(&store).await?;
    }
    if args.json {
        return output::json(&serde_json::json!({ "applied": !args.dry_run, "migrations": pending }));
    }
    match (pending.is_empty(), args.dry_run) {
        (true, _) => output::line("The schema is up to date."),
        (false, true) => output::line(&format!("Pending: {}", pending.join(", "))),
        (false, false) => output::line(&format!("Applied: {}", pending.join(", "))),
    }
}
