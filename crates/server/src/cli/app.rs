//! `grantbook app add|list|manifest|secrets|test`: the registered apps.

mod manifest;
mod replace;
mod test;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use grantbook_core::{
    AppId, AppSlug, Scope,
    view::{AppView, Model, NewApp},
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
    /// Print what to paste into Slack to make an app there.
    Manifest(manifest::Args),
    /// Tell new secrets; those before stay good for a while.
    Secrets(replace::Args),
    /// Ask Slack whether the connection works.
    Test(test::Args),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum AppModel {
    /// A workspace app of the Permissions API.
    Workspace,
    /// A classic or granular app.
    Modern,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command")]
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    grantbook app add insectoid --name Insectoid --app-id A0INSECT1 --client-id 1.2 \\\n    \
    --client-secret-file client.secret --signing-secret-file signing.secret --scopes chat:write,channels:history\n\n\
    Without the two files, both secrets are read from standard input, client secret first.\n\n  \
    Over Socket Mode, without an address that Slack could reach:\n    \
    grantbook app add atlas --name Atlas --app-id A0ATLAS01 --model modern --client-id 1.2 \\\n      \
    --client-secret-file client.secret --signing-secret-file signing.secret \\\n      \
    --scopes chat:write,channels:read --app-token-file app.token --socket-connections 2")]
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
    /// What it asks the installing person for, to act as them, separated by commas.
    #[arg(long, value_delimiter = ',')]
    user_scopes: Vec<Scope>,
    /// Its tokens end and are refreshed.
    #[arg(long)]
    token_rotation: bool,
    /// It may be installed in a whole organization.
    #[arg(long)]
    org_deploy: bool,
    /// A file with its app-level token (xapp-…), for Socket Mode.
    #[arg(long, value_name = "FILE")]
    app_token_file: Option<PathBuf>,
    /// The environment variable that has the app-level token.
    #[arg(long, value_name = "NAME", conflicts_with = "app_token_file")]
    app_token_env: Option<String>,
    /// So many Socket Mode connections over all replicas, 1 to 10; 0 where Slack calls this console's addresses.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    socket_connections: u8,
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

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<ExitCode> {
    let apps = Apps::new(open::migrated_house(config).await?);
    match command {
        Command::Add(args) => add(&apps, *args).await?,
        Command::List(args) => list(&apps, args).await?,
        Command::Manifest(args) => manifest::run(&apps, &args).await?,
        Command::Secrets(args) => replace::run(&apps, args).await?,
        Command::Test(args) => return test::run(&apps, &args).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// Who does it, in the audit log.
const WHO: &str = "cli";

async fn add(apps: &Apps, args: Add) -> anyhow::Result<()> {
    let client_secret = secrets::read("client secret", args.client_secret_file.as_deref())?;
    let signing_secret = secrets::read("signing secret", args.signing_secret_file.as_deref())?;
    let app_token = match (&args.app_token_file, &args.app_token_env) {
        (Some(file), _) => Some(secrets::read("app-level token", Some(file))?),
        (None, Some(name)) => Some(secrets::from_environment("app-level token", name)?),
        (None, None) => None,
    };
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
        user_scopes: args.user_scopes.into_iter().collect(),
        token_rotation: args.token_rotation,
        org_deploy: args.org_deploy,
        app_token: app_token.map(|token| token.expose_secret().to_owned()),
        socket_connections: args.socket_connections,
    };
    let view = apps.add_as(WHO, app).await.context("the app was not registered")?;
    if args.json {
        return output::json(&view);
    }
    output::line(&registered(&view))
}

/// What there is to do next.
fn registered(view: &AppView) -> String {
    let addresses = if view.socket.as_ref().is_some_and(|socket| socket.connections > 0) {
        format!(
            "  redirect      {}\nEverything else comes over Socket Mode.",
            view.redirect_url
        )
    } else {
        format!(
            "  redirect      {}\n  events        {}\n  interactivity {}\n  slash command {}",
            view.redirect_url, view.events_url, view.interactions_url, view.commands_url
        )
    };
    format!(
        "Registered {slug}. Enter at Slack, or paste what `grantbook app manifest {slug}` prints:\n{addresses}\n\
         Then try it with `grantbook app test {slug}`. Install it at:\n  {install}",
        slug = view.slug,
        install = view.install_url
    )
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
