//! `grantbook ledger verify|rebuild`: the chain of hashes, and the grants folded from it.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use grantbook_store::maintenance::Checked;

use super::output;
use crate::{config::Config, open};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Verify every chain of hashes and compare the grants with what the ledger folds to.
    Verify(Verify),
    /// Fold the grants anew from the ledger.
    Rebuild(Rebuild),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grantbook ledger verify --json")]
pub(super) struct Verify {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grantbook ledger rebuild --check\n  grantbook ledger rebuild")]
pub(super) struct Rebuild {
    /// Only compare: fail when a byte would change.
    #[arg(long)]
    check: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<ExitCode> {
    let (repair, json) = match &command {
        Command::Verify(args) => (false, args.json),
        Command::Rebuild(args) => (!args.check, args.json),
    };
    let store = open::migrated_store(config).await?;
    let checked = store.check_ledger(repair).await.context("the ledger cannot be read")?;
    // A chain cannot be repaired: what was appended stays as it is.
    let bad = |found: &&Checked| found.broken.is_some() || found.head_differs || (!repair && found.projection_differs);
    let failed = checked.iter().filter(bad).count();
    if json {
        output::json(&checked.iter().map(document).collect::<Vec<_>>())?;
    } else {
        for found in checked.iter().filter(|found| !found.sound()) {
            output::line(&sentence(found, repair))?;
        }
        let entries: u64 = checked.iter().map(|found| found.entries).sum();
        let installations = checked.len();
        output::line(&format!(
            "{installations} installations, {entries} entries: {failed} with a fault."
        ))?;
    }
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn document(found: &Checked) -> serde_json::Value {
    serde_json::json!({
        "installation": found.key,
        "entries": found.entries,
        "sound": found.sound(),
        "broken": found.broken.as_ref().map(ToString::to_string),
        "head_differs": found.head_differs,
        "grants_differ": found.projection_differs,
    })
}

fn sentence(found: &Checked, repair: bool) -> String {
    let mut faults = Vec::new();
    faults.extend(found.broken.as_ref().map(ToString::to_string));
    if found.head_differs {
        faults.push("its newest entry is not where the chain ends".to_owned());
    }
    if found.projection_differs {
        let written = if repair {
            "its grants differed and were folded anew"
        } else {
            "its grants differ from its ledger"
        };
        faults.push(written.to_owned());
    }
    format!("{}: {}", found.key, faults.join("; "))
}
