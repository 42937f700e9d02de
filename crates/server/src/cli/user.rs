//! `grantbook user add`: accounts for people.

use std::{path::PathBuf, time::Duration};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use grantbook_flows::accounts::Accounts;

use super::{output, role::Role, secrets};
use crate::{config::Config, open};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an account.
    Add(Add),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  grantbook user add ada --role admin --password-file ada.password\n  \
    pass show grantbook/ada | grantbook user add ada"
)]
pub(super) struct Add {
    /// The name to sign in with.
    name: String,
    /// What they may do.
    #[arg(long, value_enum, default_value = "viewer")]
    role: Role,
    /// A file with the password; a line of standard input when absent.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<()> {
    let Command::Add(args) = command;
    let accounts = Accounts::new(open::migrated_house(config).await?, Duration::ZERO);
    let password = secrets::read("password", args.password_file.as_deref())?;
    let role = grantbook_core::view::Role::from(args.role);
    accounts
        .create_user(&args.name, password, role)
        .await
        .context("the account was not made")?;
    if args.json {
        return output::json(&serde_json::json!({ "name": args.name.trim(), "role": role }));
    }
    output::line(&format!("{} can sign in.", args.name.trim()))
}
