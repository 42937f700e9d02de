//! `grantbook doctor`: looks for what would keep the console from working, and says what to do.

use std::{path::Path, process::ExitCode};

use anyhow::Context as _;
use grantbook_store::Store;
use serde::Serialize;

use super::output;
use crate::{
    assets,
    config::Config,
    error::chain,
    open::{self, master::Source},
};

/// How to print it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  grantbook doctor --config /etc/grantbook.toml")]
pub(super) struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// One thing looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    fine: bool,
    detail: String,
}

impl Finding {
    fn of(what: &'static str, result: anyhow::Result<String>) -> Self {
        match result {
            Ok(detail) => Self {
                what,
                fine: true,
                detail,
            },
            Err(error) => Self {
                what,
                fine: false,
                detail: format!("{error:#}").replace('\n', " "),
            },
        }
    }
}

/// Nothing is changed, and nothing is asked over the network except the configured database.
pub(super) async fn run(args: Args, config: anyhow::Result<Config>) -> anyhow::Result<ExitCode> {
    let mut findings = vec![Finding::of("page", page())];
    match config {
        Err(error) => findings.push(Finding::of("configuration", Err(error))),
        Ok(config) => {
            findings.push(Finding::of("configuration", Ok("every key is known".to_owned())));
            findings.push(Finding::of("public address", public_address(&config)));
            findings.push(Finding::of(
                "Slack's address",
                open::slack_url(&config).map(String::from),
            ));
            findings.push(Finding::of("master key", master_key(&config)));
            findings.extend(database(&config).await);
        }
    }
    if args.json {
        output::json(&findings)?;
    } else {
        for Finding { what, fine, detail } in &findings {
            output::line(&format!("{}  {what}: {detail}", if *fine { "ok  " } else { "FAIL" }))?;
        }
    }
    Ok(if findings.iter().all(|finding| finding.fine) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn page() -> anyhow::Result<String> {
    anyhow::ensure!(
        assets::embedded(),
        "not in this binary; run `cargo xtask web`, then build the server"
    );
    Ok("in this binary".to_owned())
}

fn public_address(config: &Config) -> anyhow::Result<String> {
    let url = config
        .server
        .public_url()
        .context("server.public_url is not an address")?;
    let local = url
        .host_str()
        .is_some_and(|host| host == "localhost" || host.starts_with("127.") || host == "[::1]");
    anyhow::ensure!(
        url.scheme() == "https" || local,
        "{url} is not https: Slack accepts no other address, and sessions would travel in the clear"
    );
    Ok(url.into())
}

fn master_key(config: &Config) -> anyhow::Result<String> {
    let path = match Source::of(&config.keys)? {
        Source::Configuration => return Ok("given by the configuration".to_owned()),
        Source::Command(program, _) => return Ok(format!("printed by {program}")),
        Source::File(path) => path,
    };
    if !path.exists() {
        return Ok(format!(
            "{} is not there yet; it is made on first start",
            path.display()
        ));
    }
    owner_only(path)?;
    Ok(format!(
        "{} is readable by its owner only; keep a copy of it elsewhere",
        path.display()
    ))
}

/// One sentence on the keys that seal; a rotation that waits to be taken up is no fault.
async fn data_keys(store: &Store) -> anyhow::Result<String> {
    let state = store.key_state().await.context("cannot read how the keys stand")?;
    let Some(active) = state.keys.last() else {
        return Ok("none yet; the first is made on start".to_owned());
    };
    let older = state.older();
    let mut text = format!(
        "data key {} seals, {} secrets are under it and {older} under older keys",
        active.id, active.secrets
    );
    if state.under_way().is_some() {
        text.push_str("; a rotation is not finished: run `grantbook keys rotate`");
    } else if older > 0 {
        text.push_str("; `grantbook keys rotate` moves them");
    }
    Ok(text)
}

#[cfg(unix)]
fn owner_only(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = std::fs::metadata(path).with_context(|| format!("cannot look at {}", path.display()))?;
    let others = metadata.permissions().mode() & 0o077;
    anyhow::ensure!(others == 0, "{0} can be read by others: chmod 600 {0}", path.display());
    Ok(())
}

#[cfg(not(unix))]
fn owner_only(_path: &Path) -> anyhow::Result<()> {
    Ok(())
}

async fn database(config: &Config) -> Vec<Finding> {
    let url = config.database.url.expose();
    if let Some(path) = open::sqlite_file(url).filter(|path| !path.exists()) {
        let detail = format!("{} is not there yet and will be made on first start", path.display());
        return vec![Finding::of("database", Ok(detail))];
    }
    match answering(config).await {
        Ok(store) => {
            let detail = format!("{} answers, its schema is up to date", config.database.url.shown());
            vec![
                Finding::of("database", Ok(detail)),
                Finding::of("data keys", data_keys(&store).await),
            ]
        }
        Err(error) => vec![Finding::of("database", Err(error))],
    }
}

async fn answering(config: &Config) -> anyhow::Result<Store> {
    let store = open::store(config).await?;
    store
        .ping()
        .await
        .map_err(|error| anyhow::anyhow!("it does not answer: {}", chain(&error)))?;
    let pending = store
        .pending_migrations()
        .await
        .context("cannot read which migrations were applied")?;
    anyhow::ensure!(
        pending.is_empty(),
        "its schema is old; run `grantbook migrate` (pending: {})",
        pending.join(", ")
    );
    Ok(store)
}
