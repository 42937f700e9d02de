//! `grantbook keys rotate|status`: the keys of encryption at rest.

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use clap::{Args, Subcommand};
use grantbook_core::view::encryption::{DataKeyView, EncryptionView};
use grantbook_flows::clock::Clock as _;
use grantbook_store::{
    Store,
    audit::NewAudit,
    keyring::{Progress, Rotation},
};
use serde::Serialize;

use super::output;
use crate::{clock::SystemClock, config::Config, open, telemetry};

/// How often progress is told to people.
const TELL: Duration = Duration::from_secs(1);
/// Longest rest between two transactions.
const REST: Duration = Duration::from_secs(1);

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Bring a new data key and move every secret to it, while the console runs; or take up a rotation that was
    /// interrupted. With --master, bring a new master key.
    Rotate(Rotate),
    /// Show the keys, how many secrets are under each, and the rotation under way.
    Status(Status),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  grantbook keys rotate\n  grantbook keys rotate --json --batch 50\n  \
    grantbook keys rotate --master --new-file /etc/grantbook/master-2.key\n\n\
    It may be interrupted at any time: run it again, and it goes on where it was."
)]
pub(super) struct Rotate {
    /// Secrets moved in one transaction.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    batch: u64,
    /// Change the master key instead: wrap the data keys by the one in --new-file.
    #[arg(long, requires = "new_file")]
    master: bool,
    /// The file of the new master key; made where it is missing.
    #[arg(long, value_name = "FILE", requires = "master")]
    new_file: Option<PathBuf>,
    /// Print JSON, a line for each step.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  grantbook keys status --json")]
pub(super) struct Status {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<ExitCode> {
    let store = open::migrated_store(config).await?;
    telemetry::start_logging(&config.log)?;
    match command {
        Command::Rotate(args) => match &args.new_file {
            Some(_) => change_master(&store, &args).await,
            None => rotate(&store, &args).await,
        },
        Command::Status(args) => {
            let state = store.key_state().await.context("cannot read how the keys stand")?;
            if args.json {
                output::json(&state)?;
            } else {
                output::line(&describe(&state))?;
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// A step, as a line of JSON.
#[derive(Serialize)]
struct Step {
    key: u32,
    done: u64,
    total: u64,
    unreadable: u64,
    finished: bool,
}

impl From<Progress> for Step {
    fn from(progress: Progress) -> Self {
        let Progress {
            key,
            done,
            total,
            unreadable,
            finished,
        } = progress;
        Self {
            key,
            done,
            total,
            unreadable,
            finished,
        }
    }
}

async fn rotate(store: &Store, args: &Rotate) -> anyhow::Result<ExitCode> {
    let begun = store.rotate_keys(SystemClock.now()).await;
    let mut rotation = begun.context("the rotation cannot begin")?;
    begin(&rotation, args.json)?;
    let mut told = Instant::now();
    loop {
        let since = Instant::now();
        let step = rotation.step(args.batch, SystemClock.now()).await;
        let progress = step.context("the rotation was interrupted; run it again to go on")?;
        if args.json {
            output::json_line(&Step::from(progress))?;
        } else if !progress.finished && told.elapsed() >= TELL {
            told = Instant::now();
            output::line(&format!("  {} of {}", progress.done, progress.total))?;
        }
        if progress.finished {
            return end(store, progress, args.json).await;
        }
        // At most half of the time is the rotation's: the console writes as well.
        tokio::time::sleep(since.elapsed().min(REST)).await;
    }
}

fn begin(rotation: &Rotation, json: bool) -> anyhow::Result<()> {
    let progress = rotation.progress();
    let Progress { key, done, total, .. } = progress;
    if json {
        return output::json_line(&Step::from(progress));
    }
    output::line(&if rotation.resumed() {
        format!("Taking up the rotation to data key {key}: {done} of {total} secrets are moved.")
    } else {
        format!("Data key {key} seals from now on. Moving {total} secrets to it.")
    })
}

async fn end(store: &Store, progress: Progress, json: bool) -> anyhow::Result<ExitCode> {
    let Progress {
        key, done, unreadable, ..
    } = progress;
    let detail = serde_json::json!({ "secrets": done, "unreadable": unreadable });
    note(store, "keys.rotated", format!("data_key:{key}"), detail).await?;
    if !json {
        output::line(&format!(
            "{done} secrets are under data key {key}. The older keys stay, for old backups."
        ))?;
    }
    ensure!(
        unreadable == 0,
        "{unreadable} secrets do not open and stay as they are; the log above names them: enter these apps' secrets \
         anew, or install them again"
    );
    Ok(ExitCode::SUCCESS)
}

async fn note(store: &Store, what: &str, subject: String, detail: serde_json::Value) -> anyhow::Result<()> {
    let record = NewAudit {
        at: SystemClock.now(),
        who: "console".to_owned(),
        what: what.to_owned(),
        subject,
        detail,
    };
    store.audit(record).await.context("the audit log cannot be written")?;
    Ok(())
}

async fn change_master(store: &Store, args: &Rotate) -> anyhow::Result<ExitCode> {
    let path = args
        .new_file
        .as_deref()
        .context("--new-file names the new key's file")?;
    let old = store.vault().master();
    let new = old.successor(path).context("the new master key cannot be used")?;
    ensure!(new.id() != old.id(), "{} holds the master key in use", path.display());
    let state = store.key_state().await.context("cannot read how the keys stand")?;
    // What is sealed with the old master key itself must leave it first.
    if state.under_master > 0 {
        rotate(store, args).await?;
    }
    let wrapped = store.change_master(&new).await;
    let wrapped = wrapped.context("the master key was not changed")?;
    let detail = serde_json::json!({ "from": old.id().to_string(), "data_keys": wrapped });
    note(store, "keys.master_changed", format!("master_key:{}", new.id()), detail).await?;
    if args.json {
        output::json_line(&serde_json::json!({ "master": new.id().to_string(), "wrapped": wrapped }))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(&format!(
        "Master key {} wraps the data keys now. Set keys.file to {} for every process before its next start, and \
         keep the old key as long as backups from before.",
        new.id(),
        path.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn describe(state: &EncryptionView) -> String {
    let mut lines = vec![format!("Master key {}", state.master)];
    lines.extend(state.keys.iter().map(data_key));
    if state.under_master > 0 {
        lines.push(format!(
            "  {} secrets are under the master key itself; `grantbook keys rotate` moves them",
            state.under_master
        ));
    }
    if let Some(rotation) = state.rotation {
        let began = format!("Rotation to data key {}, begun {}: ", rotation.key, rotation.started_at);
        let rest = match rotation.finished_at {
            Some(finished) => format!("finished {finished}"),
            None => format!(
                "{} of {} moved; if nobody is at it, `grantbook keys rotate` takes it up",
                rotation.done, rotation.total
            ),
        };
        lines.push(began + &rest);
    }
    lines.join("\n")
}

fn data_key(key: &DataKeyView) -> String {
    let since = match (key.retired_at, key.unused_since) {
        (None, _) => "seals now".to_owned(),
        (Some(retired), None) => format!("retired {retired}"),
        (Some(_), Some(unused)) => format!("unused since {unused}"),
    };
    format!("  data key {}: {} secrets, {since}", key.id, key.secrets)
}

#[cfg(test)]
mod tests {
    use grantbook_core::{Timestamp, view::encryption::KeyRotationView};

    use super::*;

    #[test]
    fn the_state_reads_as_a_list() {
        let at = Timestamp::from_seconds;
        let key = |id, retired_at, unused_since, secrets| DataKeyView {
            id,
            master: "3f2a".to_owned(),
            created_at: at(0),
            retired_at,
            unused_since,
            secrets,
        };
        let state = EncryptionView {
            master: "3f2a".to_owned(),
            keys: vec![
                key(1, Some(at(60)), Some(at(90)), 0),
                key(2, Some(at(120)), None, 7),
                key(3, None, None, 5),
            ],
            under_master: 2,
            rotation: Some(KeyRotationView {
                key: 3,
                started_at: at(120),
                finished_at: None,
                done: 5,
                total: 14,
            }),
        };
        assert_eq!((state.older(), state.under_way().is_some()), (9, true));
        assert_eq!(
            describe(&state),
            "Master key 3f2a\n\
             \x20 data key 1: 0 secrets, unused since 1970-01-01T00:01:30Z\n\
             \x20 data key 2: 7 secrets, retired 1970-01-01T00:02:00Z\n\
             \x20 data key 3: 5 secrets, seals now\n\
             \x20 2 secrets are under the master key itself; `grantbook keys rotate` moves them\n\
             Rotation to data key 3, begun 1970-01-01T00:02:00Z: 5 of 14 moved; if nobody is at it, \
             `grantbook keys rotate` takes it up"
        );
    }
}
