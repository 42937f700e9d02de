//! `grantbook doctor`: looks for what would keep the console from working, and says what to do.

mod approvals;

use std::{path::Path, process::ExitCode};

use anyhow::Context as _;
use grantbook_flows::clock::Clock as _;
use grantbook_store::{Store, apps::AppRecord, sockets::HeldSlot};
use serde::Serialize;

use super::output;
use crate::{
    assets,
    clock::SystemClock,
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

/// One sentence for each app in Socket Mode; none where there is no such app.
async fn sockets(store: &Store) -> Vec<Finding> {
    let read = async {
        let apps = store.apps().await.context("cannot read the apps")?;
        let held = store.held_socket_slots(SystemClock.now()).await;
        anyhow::Ok((apps, held.context("cannot read who keeps Socket Mode connections")?))
    };
    match read.await {
        Ok((apps, held)) => apps
            .iter()
            .filter(|app| app.socket_connections > 0)
            .map(|app| Finding::of("Socket Mode", socket(app, &held)))
            .collect(),
        Err(error) => vec![Finding::of("Socket Mode", Err(error))],
    }
}

fn socket(app: &AppRecord, held: &[HeldSlot]) -> anyhow::Result<String> {
    let (slug, wanted) = (&app.slug, app.socket_connections);
    anyhow::ensure!(
        app.app_token.is_some(),
        "{slug} wants {wanted} connections and has no app-level token; enter one with `connections:write`"
    );
    let own = held.iter().filter(|slot| slot.name.0 == app.row);
    let open = own.clone().filter(|slot| slot.state.open).count();
    if own.clone().next().is_none() {
        return Ok(format!("{slug} has no connection now, as no console runs"));
    }
    match own.clone().find_map(|slot| slot.state.problem.as_deref()) {
        Some(problem) => anyhow::bail!("{slug} has {open} of {wanted} connections open: {problem}"),
        None => Ok(format!("{slug} has {open} of {wanted} connections open")),
    }
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
            let mut findings = vec![
                Finding::of("database", Ok(detail)),
                Finding::of("data keys", data_keys(&store).await),
            ];
            findings.extend(sockets(&store).await);
            findings.extend(approvals::findings(&store, config).await);
            findings
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
