//! `grantbook key add`: API keys for scripts.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use grantbook_flows::keys::Keys;
use secrecy::ExposeSecret as _;

use super::{output, role::Role};
use crate::{config::Config, open};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an API key; it is shown this once.
    Add(Add),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grantbook key add nightly-report --role viewer")]
pub(super) struct Add {
    /// What it is for.
    name: String,
    /// What it may do.
    #[arg(long, value_enum, default_value = "viewer")]
    role: Role,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<()> {
    let Command::Add(args) = command;
    let keys = Keys::new(open::migrated_house(config).await?);
    let made = keys
        .create(&args.name, args.role.into())
        .await
        .context("the key was not made")?;
    let key = made.key.expose_secret();
    if args.json {
        return output::json(&serde_json::json!({ "key": key, "view": made.view }));
    }
    output::line(key)
}
