//! `grantbook app test`: asks Slack whether the connection works.

use std::process::ExitCode;

use anyhow::Context as _;
use grantbook_core::{
    AppSlug,
    view::apps::{CheckState, ConnectionCheck},
};
use grantbook_flows::apps::Apps;

use crate::cli::output;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  grantbook app test atlas\n\n\
    Exits with an error where a check fails; what is still waited for is none.")]
pub(in crate::cli) struct Args {
    /// The app.
    slug: AppSlug,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(apps: &Apps, args: &Args) -> anyhow::Result<ExitCode> {
    let test = apps.test(&args.slug).await.context("cannot read the app")?;
    let test = test.with_context(|| format!("no app named {} is registered here", args.slug))?;
    if args.json {
        output::json(&test)?;
    } else {
        for check in &test.checks {
            output::line(&line(check))?;
        }
    }
    Ok(if test.is_sound() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn line(check: &ConnectionCheck) -> String {
    let state = match check.state {
        CheckState::Passed => "ok  ",
        CheckState::Failed => "FAIL",
        CheckState::Waiting => "wait",
    };
    match &check.hint {
        Some(hint) => format!("{state}  {}\n      {hint}", check.sentence),
        None => format!("{state}  {}", check.sentence),
    }
}
