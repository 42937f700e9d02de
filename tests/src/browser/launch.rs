//! How Chromium and its driver are started.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::ChildStdout;

use anyhow::Context;
use fantoccini::wd::Capabilities;
use serde_json::json;

use super::Viewport;

/// What chromedriver is told: which browser, how quiet, where its profile is.
pub(super) fn capabilities(profile: &Path, viewport: Viewport) -> Capabilities {
    let (width, height) = viewport.size();
    let args = [
        "--headless".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-quic".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--force-color-profile=srgb".to_owned(),
        // A pipe instead of a port: the browser ends when its driver does.
        "--remote-debugging-pipe".to_owned(),
        format!("--user-data-dir={}", profile.display()),
        format!("--window-size={width},{height}"),
    ];
    Capabilities::from_iter([
        ("goog:chromeOptions".to_owned(), json!({ "args": args })),
        ("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" })),
    ])
}

/// chromedriver takes a free port and says which, for example `... started successfully on port 41233.`
pub(super) fn announced_port(stdout: ChildStdout) -> anyhow::Result<u16> {
    let mut lines = BufReader::new(stdout).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    // What it says later must go somewhere, or it would stop at a full pipe.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    port.context("chromedriver does not start: `cargo xtask prepare` installs it where apt-get exists")
}
