//! `slack-sim`: the simulator as a program.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use grantbook_simulator::{Seed, SlackSim};
use tracing_subscriber::EnvFilter;

/// A Slack for testing: consent pages, Web API, signed events, and a client page.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Example: slack-sim --console-url http://127.0.0.1:8080\nThen open http://127.0.0.1:8090/client"
)]
struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8090", value_name = "ADDRESS")]
    bind: String,
    /// A seed document; the built-in organization without it.
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// Where the console is: the built-in apps live below it, and `{console}` in a seed stands for it.
    #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "URL")]
    console_url: String,
    /// Answer every call, however many there are.
    #[arg(long)]
    no_rate_limits: bool,
    /// Note every secret that is handed out in a file of this folder.
    #[arg(long, env = "SLACK_SIM_SECRETS_TO", value_name = "FOLDER")]
    secrets_to: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let seed = match &arguments.seed {
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            Seed::from_json(&text, &arguments.console_url)?
        }
        None => Seed::northwind(&arguments.console_url),
    };
    let mut builder = SlackSim::builder()
        .seed(seed)
        .bind(arguments.bind)
        .console_url(arguments.console_url);
    if arguments.no_rate_limits {
        builder = builder.without_rate_limits();
    }
    if let Some(folder) = arguments.secrets_to {
        builder = builder.secrets_to(folder);
    }
    let sim = builder.start().await?;
    tracing::info!(url = %sim.url(), client = %format!("{}/client", sim.url()), "the simulator is ready");
    tokio::signal::ctrl_c().await?;
    sim.shutdown().await;
    Ok(())
}
