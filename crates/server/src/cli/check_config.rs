//! `grantbook check-config`: what is in force, with secrets hidden; then every unknown key, and failure.

use std::path::Path;

use serde_json::Value;

use super::output;
use crate::{
    config::{self, Config, ConfigError},
    open,
};

/// How to print it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  grantbook check-config --config /etc/grantbook.toml")]
pub(super) struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, file: Option<&Path>) -> anyhow::Result<()> {
    let (config, unknown) = config::inspect(file, &config::process_environment())?;
    print(args, &config)?;
    if !unknown.is_empty() {
        return Err(ConfigError::Unknown(unknown).into());
    }
    open::slack_url(&config).map(drop)
}

fn print(args: &Args, config: &Config) -> anyhow::Result<()> {
    let mut shown = serde_json::to_value(config)?;
    if shown["server"]["public_url"].is_null() {
        shown["server"]["public_url"] = config.server.public_url()?.to_string().into();
    }
    if args.json {
        return output::json(&shown);
    }
    for (section, keys) in shown.as_object().into_iter().flatten() {
        output::line(&format!("[{section}]"))?;
        for (key, value) in keys.as_object().into_iter().flatten() {
            match value {
                Value::Null => output::line(&format!("# {key} is not set"))?,
                value => output::line(&format!("{key} = {value}"))?,
            }
        }
    }
    Ok(())
}
