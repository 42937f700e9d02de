//! `grantbook app add|list`: the registered apps.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use grantbook_core::{
    AppId, AppSlug, Scope,
    view::{Model, NewApp},
};
use grantbook_flows::apps::Apps;
use secrecy::ExposeSecret as _;

use super::{output, secrets};
use crate::{config::Config, open};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Register an app.
    Add(Box<Add>),
    /// List the registered apps.
    List(List),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum AppModel {
    /// A workspace app of the Permissions API.
    Workspace,
    /// A classic or granular app.
    Modern,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    grantbook app add insectoid --name Insectoid --app-id A0INSECT1 --client-id 1.2 \\\n    \
    --client-secret-file client.secret --signing-secret-file signing.secret --scopes chat:write,channels:history\n\n\
    Without the two files, both secrets are read from standard input, client secret first.")]
pub(super) struct Add {
    /// Its name in addresses: a-z, 0-9 and dashes.
    slug: AppSlug,
    /// Its name for people.
    #[arg(long)]
    name: String,
    /// Slack's id, A….
    #[arg(long)]
    app_id: AppId,
    /// Which permission model it speaks.
    #[arg(long, value_enum, default_value = "workspace")]
    model: AppModel,
    /// Its OAuth client id.
    #[arg(long)]
    client_id: String,
    /// A file with its OAuth client secret.
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// A file with its signing secret.
    #[arg(long, value_name = "FILE")]
    signing_secret_file: Option<PathBuf>,
    /// What it asks for on installation, separated by commas.
    #[arg(long, value_delimiter = ',')]
    scopes: Vec<Scope>,
    /// Ask for one channel only on installation.
    #[arg(long)]
    single_channel: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grantbook app list --json")]
pub(super) struct List {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<()> {
    let apps = Apps::new(open::migrated_house(config).await?);
    match command {
        Command::Add(add) => self::add(&apps, *add).await,
        Command::List(args) => list(&apps, args).await,
    }
}

async fn add(apps: &Apps, args: Add) -> anyhow::Result<()> {
    let client_secret = secrets::read("client secret", args.client_secret_file.as_deref())?;
    let signing_secret = secrets::read("signing secret", args.signing_secret_file.as_deref())?;
    let app = NewApp {
        slug: args.slug,
        name: args.name,
        app_id: args.app_id,
        model: match args.model {
            AppModel::Workspace => Model::Workspace,
            AppModel::Modern => Model::Modern,
        },
        client_id: args.client_id,
        client_secret: client_secret.expose_secret().to_owned(),
        signing_secret: signing_secret.expose_secret().to_owned(),
        scopes: args.scopes.into_iter().collect(),
        single_channel: args.single_channel,
    };
    let view = apps.add(app).await.context("the app was not registered")?;
    if args.json {
        return output::json(&view);
    }
    output::line(&format!(
        "Registered {}. Enter at Slack:\n  redirect      {}\n  events        {}\n  interactivity {}\n  slash command {}\nInstall it at:\n  {}",
        view.slug, view.redirect_url, view.events_url, view.interactions_url, view.commands_url, view.install_url
    ))
}

async fn list(apps: &Apps, args: List) -> anyhow::Result<()> {
    let views = apps.list().await.context("cannot list the apps")?;
    if args.json {
        return output::json(&views);
    }
    if views.is_empty() {
        return output::line("No app is registered. Register one with `grantbook app add`.");
    }
    for view in views {
        output::line(&format!(
            "{}\t{}\t{}\t{} installed",
            view.slug, view.app_id, view.name, view.installations
        ))?;
    }
    Ok(())
}
