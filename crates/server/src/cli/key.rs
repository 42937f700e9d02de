//! `grantbook key add`: API keys for scripts.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use grantbook_flows::{
    audit::{Audit, deeds},
    keys::{KeyRights, Keys},
};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::{output, role::Role};
use crate::{config::Config, open};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an API key; it is shown this once.
    Add(Add),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grantbook key add nightly-report --role viewer\n  grantbook key add bolt --tokens")]
pub(super) struct Add {
    /// What it is for.
    name: String,
    /// What it may do.
    #[arg(long, value_enum, default_value = "viewer")]
    role: Role,
    /// It may read tokens too: for programs that call Slack with what this console keeps.
    #[arg(long)]
    tokens: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<()> {
    let Command::Add(args) = command;
    let house = open::migrated_house(config).await?;
    let rights = KeyRights {
        role: args.role.into(),
        tokens: args.tokens,
    };
    let made = Keys::new(house.clone())
        .create(&args.name, rights)
        .await
        .context("the key was not made")?;
    let detail = json!({ "name": made.view.name, "role": made.view.role, "tokens": made.view.tokens });
    Audit::new(house)
        .note("cli", deeds::KEY_MADE, format!("key:{}", made.view.id), detail)
        .await
        .context("the key was not written down in the audit log, and is not shown")?;
    let key = made.key.expose_secret();
    if args.json {
        return output::json(&json!({ "key": key, "view": made.view }));
    }
    output::line(key)
}
