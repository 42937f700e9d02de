//! A private PostgreSQL: a cluster of its own on a free port of 127.0.0.1, gone with the test.
//!
//! It needs the server's programs (Debian's package `postgresql`), no running service and no account.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tempfile::TempDir;

use crate::evidence;
use crate::ports;
use crate::supervised::{Afterwards, Identity, Supervised, run_as};

/// How long the server may take to accept connections.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether a commit survives the loss of power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// `fsync=off`: a commit survives a crash of the server, not of the machine. For most tests.
    Relaxed,
    /// `fsync=on`, as in production. For tests and measurements of durability.
    Full,
}

/// How the server goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Connections are cut, everything is written out.
    Fast,
    /// As in a crash: nothing is written out, the next start recovers from the log.
    Crash,
}

/// A running cluster.
#[derive(Debug)]
pub struct Postgres {
    server: Supervised,
    bin: PathBuf,
    port: u16,
    databases: AtomicU32,
    /// Where its contents are written down at the end, if anywhere.
    kept: Option<PathBuf>,
}

impl Postgres {
    /// Makes a cluster and starts it: about a second.
    ///
    /// # Errors
    ///
    /// Says what is missing where PostgreSQL is not installed, and shows the server's log where it
    /// does not start.
    pub fn start(durability: Durability) -> anyhow::Result<Self> {
        let bin = programs()?;
        let identity = unprivileged()?;
        let folder = scratch(identity)?;
        let mut initdb = Command::new(bin.join("initdb"));
        initdb.args([
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
            "-D",
        ]);
        initdb.arg(folder.path().join("data")).current_dir(folder.path());
        if let Some(identity) = identity {
            run_as(&mut initdb, identity);
        }
        checked(&mut initdb)?;
        let port = ports::free()?;
        let server = server(&bin, folder.path(), port, durability);
        let kept = kept(folder.path())?;
        // What is searched afterwards is written out first.
        let (farewell, afterwards) = match kept {
            Some(_) => ("INT", Afterwards::Keep),
            None => ("QUIT", Afterwards::Remove),
        };
        let server = Supervised::start(&server, folder, farewell, identity, Stdio::null(), afterwards)?;
        let postgres = Self {
            server,
            bin,
            port,
            kept,
            databases: AtomicU32::new(0),
        };
        postgres.wait_until_ready(None)?;
        Ok(postgres)
    }

    /// The address of a new, empty database.
    ///
    /// # Errors
    ///
    /// Fails when the server is not there.
    pub fn fresh_database(&self) -> anyhow::Result<String> {
        let name = format!("fresh_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.psql("postgres", &format!("create database {name}"))?;
        Ok(format!("postgres://postgres@127.0.0.1:{}/{name}", self.port))
    }

    /// What `psql` prints for a statement: rows as lines, fields with `|` between them.
    ///
    /// # Errors
    ///
    /// Fails with the server's own words.
    pub fn psql(&self, database: &str, statement: &str) -> anyhow::Result<String> {
        let mut psql = Command::new(self.bin.join("psql"));
        psql.args([
            "-X",
            "-A",
            "-t",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            "127.0.0.1",
            "-U",
            "postgres",
        ]);
        checked(psql.args(["-p", &self.port.to_string(), "-d", database, "-c", statement]))
    }

    /// Takes the server down and brings it up again on the same port.
    ///
    /// # Errors
    ///
    /// Fails when it does not come up again.
    pub fn restart(&mut self, stop: Stop) -> anyhow::Result<()> {
        let before = self.running();
        self.server.restart(match stop {
            Stop::Fast => "INT",
            Stop::Crash => "QUIT",
        })?;
        self.wait_until_ready(before.as_deref())
    }

    /// Waits for a server with another process id than `before`.
    fn wait_until_ready(&self, before: Option<&str>) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let now = self.running();
            if now.is_some() && now.as_deref() != before {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!(
                    "PostgreSQL does not come up within {PATIENCE:?}. Its log:\n{}",
                    self.server.log()
                );
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The server's process id, once it accepts connections: first and eighth line of its pid file.
    fn running(&self) -> Option<String> {
        let about = fs::read_to_string(self.server.folder().join("data/postmaster.pid")).ok()?;
        let lines: Vec<_> = about.lines().map(str::trim).collect();
        (lines.get(7) == Some(&"ready")).then(|| lines[0].to_owned())
    }
}

/// Where evidence is kept: a link to the cluster's folder, which cannot lie there (the account of the database
/// may not go there, and the socket's name may not be long). Answers the name of the dump beside it.
fn kept(folder: &Path) -> anyhow::Result<Option<PathBuf>> {
    let Some(clusters) = evidence::clusters()? else {
        return Ok(None);
    };
    let name = folder.file_name().context("a scratch folder has a name")?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder, clusters.join(name))?;
    Ok(Some(clusters.join(name).with_extension("sql")))
}

impl Drop for Postgres {
    /// The files hold large values compressed, so that all is written down in plain words, too.
    fn drop(&mut self) {
        let Some(kept) = &self.kept else { return };
        let mut dump = Command::new(self.bin.join("pg_dumpall"));
        dump.args([
            "--data-only",
            "--lock-wait-timeout=5000",
            "-h",
            "127.0.0.1",
            "-U",
            "postgres",
        ]);
        dump.arg("-p").arg(self.port.to_string()).arg("-f").arg(kept);
        if let Err(error) = checked(&mut dump) {
            // Told to whoever searches: a missing dump must not look like a clean one.
            let _ = fs::write(kept.with_extension("failed"), format!("{error:#}"));
        }
    }
}

fn server(bin: &Path, folder: &Path, port: u16, durability: Durability) -> Command {
    let fsync = match durability {
        Durability::Relaxed => "off",
        Durability::Full => "on",
    };
    let settings = [
        "listen_addresses=127.0.0.1".to_owned(),
        format!("unix_socket_directories={}", folder.display()),
        format!("fsync={fsync}"),
        "max_connections=200".to_owned(),
    ];
    let mut server = Command::new(bin.join("postgres"));
    server
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-p")
        .arg(port.to_string());
    for setting in settings {
        server.arg("-c").arg(setting);
    }
    server
}

/// The folder of `initdb`, of the newest version that is installed.
fn programs() -> anyhow::Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let version = |bin: &PathBuf| bin.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    versions
        .chain(std::env::split_paths(&path))
        .filter(|bin| bin.join("initdb").is_file() && bin.join("postgres").is_file())
        .max_by_key(version)
        .context("PostgreSQL is not installed: `cargo xtask prepare` installs it where apt-get exists")
}

/// PostgreSQL refuses to run as root, so root hands over to the account of Debian's package.
fn unprivileged() -> anyhow::Result<Option<Identity>> {
    let id = |args: &[&str]| -> anyhow::Result<u32> {
        let printed = checked(Command::new("id").args(args))?;
        printed.parse().with_context(|| format!("`id` answered `{printed}`"))
    };
    if id(&["-u"])? != 0 {
        return Ok(None);
    }
    Ok(Some(Identity {
        uid: id(&["-u", "postgres"])?,
        gid: id(&["-g", "postgres"])?,
    }))
}

/// A folder with a short name, since it also holds the socket; the supervisor removes it.
fn scratch(identity: Option<Identity>) -> anyhow::Result<TempDir> {
    let folder = tempfile::Builder::new()
        .prefix("gb-pg-")
        .tempdir()
        .context("no scratch folder")?;
    #[cfg(unix)]
    if let Some(Identity { uid, gid }) = identity {
        std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).context("the scratch folder cannot be handed over")?;
    }
    Ok(folder)
}

/// Runs a command and answers what it prints.
fn checked(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{name}` does not start"))?;
    ensure!(
        output.status.success(),
        "`{name}` failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
