//! A recipe's Bolt app as a child process: what it is given, what it says, and how it ends.

use std::{
    fmt,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use grantbook_tests::stage::until;

/// In which language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    JavaScript,
    Python,
}

/// Which app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// The recipe's own.
    Recipe,
    /// One of the suite's that takes the recipe's store for Bolt's installation store.
    Store,
}

/// What the app is told, and nothing else.
pub(super) struct Given<'a> {
    pub(super) signing_secret: &'a str,
    pub(super) slack: &'a str,
    pub(super) console: &'a str,
    pub(super) api_key: &'a str,
}

/// A running app; it is killed when this is dropped.
pub(super) struct Bolt {
    child: Child,
    /// Its working folder, home and place for scratch files.
    folder: tempfile::TempDir,
    port: u16,
}

impl fmt::Debug for Bolt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bolt").field("port", &self.port).finish_non_exhaustive()
    }
}

/// The recipe's folder.
fn recipe(language: Language) -> PathBuf {
    let folder = match language {
        Language::JavaScript => "bolt-js",
        Language::Python => "bolt-python",
    };
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs/recipes")
        .join(folder)
}

/// The suite's own files that run with Slack's SDKs.
fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sdk")
}

/// Where `cargo xtask prepare` puts what it installs: beside cargo's folder for the scratch files of tests.
fn installed(what: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .with_file_name("sdk")
        .join(what)
}

/// Fails where what is installed is not what `wanted` pins.
fn check(folder: &Path, list: &str, wanted: &Path) -> anyhow::Result<()> {
    let wanted = fs::read(wanted).with_context(|| format!("cannot read {}", wanted.display()))?;
    ensure!(
        fs::read(folder.join(list)).ok() == Some(wanted),
        "Bolt is not in {}, or not the one this test wants: run `cargo xtask prepare`",
        folder.display()
    );
    Ok(())
}

/// Lays the app and the recipe's store into `home`, and says how it is run.
fn laid_out(language: Language, which: Which, home: &Path) -> anyhow::Result<Command> {
    let (ending, store, program) = match language {
        Language::JavaScript => ("mjs", "grantbook-store.mjs", "node"),
        Language::Python => ("py", "grantbook_store.py", "python3"),
    };
    let app = match which {
        Which::Recipe => recipe(language).join(format!("app.{ending}")),
        Which::Store => own().join(format!("store_app.{ending}")),
    };
    let main = home.join(format!("app.{ending}"));
    for (from, to) in [(app, main.clone()), (recipe(language).join(store), home.join(store))] {
        fs::copy(&from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    match language {
        Language::JavaScript => {
            let lock = "package-lock.json";
            check(&installed("js"), lock, &recipe(language).join(lock))?;
            std::os::unix::fs::symlink(installed("js/node_modules"), home.join("node_modules"))?;
        }
        Language::Python => {
            let list = "requirements.txt";
            check(&installed("python"), list, &own().join(list))?;
            command.args(["-B", "-s"]).env("PYTHONPATH", installed("python"));
        }
    }
    command.arg(main);
    Ok(command)
}

impl Bolt {
    /// Starts the app on a port of its own and waits until it says which.
    pub(super) async fn start(language: Language, which: Which, given: &Given<'_>) -> anyhow::Result<Self> {
        let folder = grantbook_tests::evidence::folder()?;
        let home = folder.path();
        let output = File::create(home.join("output"))?;
        let child = laid_out(language, which, home)?
            .current_dir(home)
            .env("HOME", home)
            .env("TMPDIR", home)
            .env("PORT", "0")
            .env("SLACK_SIGNING_SECRET", given.signing_secret)
            .env("SLACK_API_URL", format!("{}/api/", given.slack.trim_end_matches('/')))
            .env("GRANTBOOK_URL", given.console)
            .env("GRANTBOOK_APP", "atlas")
            .env("GRANTBOOK_API_KEY", given.api_key)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .context("the app does not start: run `cargo xtask prepare`")?;
        let mut bolt = Self { child, folder, port: 0 };
        bolt.port = until("Bolt listens", async || {
            let said = bolt.said()?;
            let ended = bolt.child.try_wait()?;
            ensure!(ended.is_none(), "the app ended: {said}");
            let port = said.lines().find_map(|line| line.strip_prefix("Bolt listens on port "));
            Ok(port.map(str::parse).transpose()?)
        })
        .await?;
        Ok(bolt)
    }

    /// Where Slack sends commands.
    pub(super) fn door(&self) -> String {
        format!("http://127.0.0.1:{}/slack/events", self.port)
    }

    /// All that it wrote to its standard streams.
    pub(super) fn said(&self) -> anyhow::Result<String> {
        Ok(fs::read_to_string(self.folder.path().join("output"))?)
    }

    /// Fails where one of `secrets` is in the process's environment, arguments, output or files.
    pub(super) fn holds_none_of(&self, secrets: &[String]) -> anyhow::Result<()> {
        ensure!(!secrets.is_empty(), "nothing to look for");
        let process = PathBuf::from(format!("/proc/{}", self.child.id()));
        let mut places = vec![process.join("environ"), process.join("cmdline")];
        files_below(self.folder.path(), &mut places)?;
        ensure!(
            places.len() >= 5,
            "environment, arguments, output and two files of the recipe"
        );
        for place in places {
            let content = fs::read(&place).with_context(|| format!("cannot read {}", place.display()))?;
            for secret in secrets {
                let found = content.windows(secret.len()).any(|part| part == secret.as_bytes());
                ensure!(!found, "a token is in {}", place.display());
            }
        }
        Ok(())
    }

    /// Waits a little, so that what is said after an answer is there, too.
    pub(super) async fn settle(&self) {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Every file below a folder; links are not followed.
fn files_below(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files_below(&entry.path(), found)?;
        } else if entry.file_type()?.is_file() {
            found.push(entry.path());
        }
    }
    Ok(())
}

impl Drop for Bolt {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing stays behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
