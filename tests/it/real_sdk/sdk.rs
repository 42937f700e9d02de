//! `tests/sdk/drive.py` as a child process: a command in, an answer out.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

/// What is to be installed, and of which a copy lies beside what was.
const REQUIREMENTS: &str = include_str!("../../sdk/requirements.txt");

/// Addresses of proxies, by which the SDK would go to a Slack on this machine.
const PROXIES: [&str; 6] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
];

/// Slack's SDK for Python, talking to one simulator.
pub(super) struct Sdk {
    child: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// Where `cargo xtask prepare` puts it: beside cargo's folder for the scratch files of tests.
fn installed() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .with_file_name("sdk")
        .join("python")
}

impl Sdk {
    /// Starts Python with the SDK; methods live below `base_url`.
    pub(super) fn start(base_url: &str) -> anyhow::Result<Self> {
        let folder = installed();
        let of = std::fs::read_to_string(folder.join("requirements.txt")).ok();
        ensure!(
            of.as_deref() == Some(REQUIREMENTS),
            "Slack's SDK for Python is not in {}, or not the one this test wants: run `cargo xtask prepare`",
            folder.display()
        );
        let mut python = Command::new("python3");
        python
            .args([
                "-B",
                "-s",
                concat!(env!("CARGO_MANIFEST_DIR"), "/sdk/drive.py"),
                base_url,
            ])
            .env("PYTHONPATH", &folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        for proxy in PROXIES {
            python.env_remove(proxy);
        }
        let mut child = python
            .spawn()
            .context("`python3` does not start: run `cargo xtask prepare`")?;
        let commands = child.stdin.take().context("no way in")?;
        let answers = BufReader::new(child.stdout.take().context("no way out")?);
        let mut sdk = Self {
            child,
            commands,
            answers,
        };
        let hello = sdk.receive()?;
        let version = hello["slack_sdk"].as_str().context("no version")?;
        ensure!(
            REQUIREMENTS.contains(&format!("slack_sdk=={version} ")),
            "this is slack_sdk {version}"
        );
        let file = hello["file"].as_str().context("no file")?;
        ensure!(
            file.starts_with(&*folder.to_string_lossy()),
            "{file} is another slack_sdk"
        );
        Ok(sdk)
    }

    /// Gives a command and waits for its answer. The simulator works on meanwhile.
    pub(super) fn run(&mut self, command: &Value) -> anyhow::Result<Value> {
        self.send(command)?;
        self.receive()
    }

    /// Gives a command.
    pub(super) fn send(&mut self, command: &Value) -> anyhow::Result<()> {
        writeln!(self.commands, "{command}")?;
        Ok(self.commands.flush()?)
    }

    /// Waits for the answer to the oldest command without one.
    pub(super) fn receive(&mut self) -> anyhow::Result<Value> {
        let mut line = String::new();
        tokio::task::block_in_place(|| self.answers.read_line(&mut line))?;
        serde_json::from_str(&line).with_context(|| format!("python3 said {line:?}"))
    }

    /// Calls a method with a form, the way the SDK sends `params`.
    pub(super) fn call(&mut self, token: &str, method: &str, params: &Value) -> anyhow::Result<Value> {
        self.run(&json!({ "do": "call", "token": token, "method": method, "params": params }))
    }
}

impl Drop for Sdk {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing stays behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
