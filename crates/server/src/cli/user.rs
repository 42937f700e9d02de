//! `grantbook user add|link|unlink`: accounts for people, and who they are in Slack.

use std::{path::PathBuf, time::Duration};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use grantbook_core::UserId;
use grantbook_flows::{
    House,
    accounts::{Accounts, NewAccount},
    audit::{Audit, deeds},
};
use serde_json::{Value, json};

use super::{output, role::Role, secrets};
use crate::{config::Config, open};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an account.
    Add(Add),
    /// Say who an account is in Slack, so that the buttons of app requests know its role.
    Link(Link),
    /// Say that an account is nobody in Slack.
    Unlink(Unlink),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  grantbook user add ada --role admin --password-file ada.password\n  \
    pass show grantbook/ada | grantbook user add ada\n  \
    pass show grantbook/orla | grantbook user add orla --role approver --slack-user U07MPWUWB7"
)]
pub(super) struct Add {
    /// The name to sign in with.
    name: String,
    /// What they may do.
    #[arg(long, value_enum, default_value = "viewer")]
    role: Role,
    /// Who they are in Slack: a user id, `U…` or `W…`.
    #[arg(long, value_name = "USER")]
    slack_user: Option<UserId>,
    /// A file with the password; a line of standard input when absent.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grantbook user link orla U07MPWUWB7")]
pub(super) struct Link {
    /// The account's name.
    name: String,
    /// Their id in Slack, `U…` or `W…`.
    slack_user: UserId,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grantbook user unlink orla")]
pub(super) struct Unlink {
    /// The account's name.
    name: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<()> {
    let house = open::migrated_house(config).await?;
    let accounts = Accounts::new(house.clone(), Duration::ZERO);
    match command {
        Command::Add(args) => add(&house, &accounts, args).await,
        Command::Link(args) => link(&house, &accounts, args).await,
        Command::Unlink(args) => unlink(&house, &accounts, args).await,
    }
}

async fn add(house: &House, accounts: &Accounts, args: Add) -> anyhow::Result<()> {
    let password = secrets::read("password", args.password_file.as_deref())?;
    let role = grantbook_core::view::Role::from(args.role);
    let new = NewAccount {
        name: &args.name,
        password,
        role,
        slack_user: args.slack_user.clone(),
    };
    accounts.create(new).await.context("the account was not made")?;
    let name = args.name.trim();
    note(
        house,
        deeds::USER_MADE,
        name,
        json!({ "role": role, "slack_user": args.slack_user }),
    )
    .await?;
    if args.json {
        return output::json(&json!({ "name": name, "role": role, "slack_user": args.slack_user }));
    }
    output::line(&match args.slack_user {
        Some(user) => format!("{name} can sign in, and is {user} in Slack."),
        None => format!("{name} can sign in."),
    })
}

async fn link(house: &House, accounts: &Accounts, args: Link) -> anyhow::Result<()> {
    let (name, user) = (args.name.trim(), &args.slack_user);
    accounts.link(name, user).await.context("the account was not linked")?;
    note(house, deeds::USER_LINKED, name, json!({ "slack_user": user })).await?;
    if args.json {
        return output::json(&json!({ "name": name, "slack_user": user }));
    }
    output::line(&format!("{name} is {user} in Slack."))
}

async fn unlink(house: &House, accounts: &Accounts, args: Unlink) -> anyhow::Result<()> {
    let name = args.name.trim();
    accounts.unlink(name).await.context("the account was not unlinked")?;
    note(house, deeds::USER_UNLINKED, name, json!({})).await?;
    if args.json {
        return output::json(&json!({ "name": name, "slack_user": null }));
    }
    output::line(&format!("{name} is nobody in Slack."))
}

/// Who may decide in Slack follows from these, so that the audit log has them.
async fn note(house: &House, what: &str, name: &str, detail: Value) -> anyhow::Result<()> {
    Audit::new(house.clone())
        .note("cli", what, format!("user:{name}"), detail)
        .await
        .context("it was done, and could not be written down in the audit log")
}
