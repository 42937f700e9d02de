//! The command line. One file per command; each ends in a line that says what went wrong, and a status
//! that says that something did.

mod app;
mod check_config;
mod doctor;
mod key;
mod keys;
mod ledger;
mod migrate;
pub(crate) mod output;
mod role;
mod rules;
mod secrets;
mod serve;
mod user;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::config::{self, Config};

#[cfg(feature = "demo")]
pub(crate) use output::line;

/// A web console for what Slack apps may do, where, since when, and who said so.
#[derive(Debug, Parser)]
#[command(
    name = "grantbook",
    version,
    after_help = "Example:\n  grantbook serve --config /etc/grantbook.toml\n\n\
                  Every setting can be given as GRANTBOOK_SECTION__KEY; `grantbook check-config` shows them all."
)]
struct Cli {
    /// The configuration file; ./grantbook.toml when it is there.
    #[arg(long, global = true, env = "GRANTBOOK_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the console.
    Serve(serve::Args),
    /// Bring the database's schema up to date.
    Migrate(migrate::Args),
    /// Show the settings in force, secrets hidden, and name every unknown key.
    CheckConfig(check_config::Args),
    /// Register Slack apps, replace their secrets, print their manifests, test their connections.
    #[command(subcommand)]
    App(app::Command),
    /// Make accounts, and say who they are in Slack.
    #[command(subcommand)]
    User(user::Command),
    /// Make API keys.
    #[command(subcommand)]
    Key(key::Command),
    /// Encryption at rest: rotate its keys, and see how they stand.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Verify the ledger, and rebuild what is derived from it.
    #[command(subcommand)]
    Ledger(ledger::Command),
    /// Check files of approval rules.
    #[command(subcommand)]
    Rules(rules::Command),
    /// Look for what would keep the console from working.
    Doctor(doctor::Args),
    /// Run the console and a simulated Slack with a seeded organization.
    #[cfg(feature = "demo")]
    Demo(crate::demo::Args),
}

/// Runs the command that the process was given.
pub fn main() -> ExitCode {
    main_of(std::env::args_os())
}

/// Runs the command in `args`, the program's name first.
pub fn main_of<A: Into<OsString> + Clone>(args: impl IntoIterator<Item = A>) -> ExitCode {
    let cli = Cli::parse_from(args);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::failure(&anyhow::Error::new(error).context("cannot start the runtime")),
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(error) => output::failure(&error),
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let config =
        || -> anyhow::Result<Config> { Ok(config::load(cli.config.as_deref(), &config::process_environment())?) };
    match cli.command {
        Command::Serve(args) => serve::run(args, &config()?).await?,
        Command::Migrate(args) => migrate::run(args, &config()?).await?,
        Command::CheckConfig(args) => check_config::run(&args, cli.config.as_deref())?,
        Command::App(command) => return app::run(command, &config()?).await,
        Command::User(command) => user::run(command, &config()?).await?,
        Command::Key(command) => key::run(command, &config()?).await?,
        Command::Keys(command) => return keys::run(command, &config()?).await,
        Command::Ledger(command) => return ledger::run(command, &config()?).await,
        Command::Rules(command) => return rules::run(&command),
        Command::Doctor(args) => return doctor::run(args, config()).await,
        #[cfg(feature = "demo")]
        Command::Demo(args) => Box::pin(crate::demo::run(args)).await?,
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn leaves(command: &clap::Command, path: &str, found: &mut Vec<(String, String)>) {
        let path = format!("{path} {}", command.get_name());
        if command.has_subcommands() {
            command.get_subcommands().for_each(|sub| leaves(sub, &path, found));
        } else {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            found.push((path, help));
        }
    }

    #[test]
    fn every_command_shows_an_example() {
        let command = Cli::command();
        command.clone().debug_assert();
        let mut found = Vec::new();
        leaves(&command, "", &mut found);
        for (path, help) in found {
            assert!(help.contains("Example"), "{path}");
        }
    }
}
