//! `cargo xtask`: every step of building, running and testing Grantbook, from a machine that has only
//! rustup and a C compiler. The `justfile` and `.ci/run` are thin lines over these commands.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks on its standard streams"
)]

mod bundle;
mod files;
mod prepare;
mod run;
mod sdk;
mod secrets;
mod shell;
mod split;
mod test;
mod web;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::shell::Workspace;
use crate::web::Profile;

/// Build, run and test Grantbook.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    /// Where cargo puts what it builds; `target` under the workspace by default.
    #[arg(
        long,
        global = true,
        env = "CARGO_TARGET_DIR",
        hide_env_values = true,
        value_name = "DIR"
    )]
    target_dir: Option<PathBuf>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Build everything, then start the console and the simulator with a seeded Grid organization.
    Demo(PassedOn),
    /// Run the whole suite: lints, unit, SQLite, PostgreSQL and browser tests.
    Test(test::Options),
    /// Search what tests left behind (`SUITE_EVIDENCE=target/evidence`) for every secret that a simulator handed
    /// out; the whole suite does so at its end.
    Secrets,
    /// Check formatting and run clippy for the host and for wasm32.
    Lint,
    /// Compile the page and write it, hashed and compressed, to `web/dist`.
    Web {
        /// Compile fast and large instead of slow and small.
        #[arg(long)]
        dev: bool,
    },
    /// Start the demo from a debug build, with the page read from disk.
    Dev(PassedOn),
    /// Start the Slack simulator alone.
    Sim(PassedOn),
    /// Measure, in a release build.
    Bench(PassedOn),
    /// Install what the tests need and this machine lacks, and do nothing else.
    Prepare,
}

/// Arguments that belong to the program which the task starts.
#[derive(Debug, Args)]
struct PassedOn {
    /// Handed to the program that is started, for example `--port-console 8081`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match perform(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(cli: &Cli) -> anyhow::Result<()> {
    let workspace = Workspace::locate(cli.target_dir.as_deref())?;
    match &cli.task {
        Task::Demo(passed) => run::demo(&workspace, &passed.args),
        Task::Test(options) => test::suite(&workspace, options),
        Task::Secrets => secrets::search(&workspace, secrets::Extent::Part),
        Task::Lint => test::lint(&workspace),
        Task::Web { dev } => web::build(&workspace, if *dev { Profile::Dev } else { Profile::Release }),
        Task::Dev(passed) => run::dev(&workspace, &passed.args),
        Task::Sim(passed) => run::sim(&workspace, &passed.args),
        Task::Bench(passed) => run::bench(&workspace, &passed.args),
        Task::Prepare => prepare::everything(&workspace),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn demo_hands_further_arguments_on() {
        let cli = Cli::try_parse_from(["xtask", "demo", "--port-console", "8081"]).unwrap();
        let Task::Demo(passed) = cli.task else {
            panic!("not the demo")
        };
        assert_eq!(passed.args, ["--port-console", "8081"]);
    }
}
