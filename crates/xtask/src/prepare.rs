//! What a bare machine lacks: the wasm target, rustfmt and clippy, PostgreSQL, Chromium with its driver,
//! Python with Slack's SDK, Node.js with Bolt.
//! Nothing is installed that is already there.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::sdk;
use crate::shell::{Workspace, output, run, succeeds, which};

/// The architecture of the page.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// The names under which systems install Chromium or its sibling.
const CHROMIUMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Everything that `cargo xtask test` needs.
pub(crate) fn everything(workspace: &Workspace) -> anyhow::Result<()> {
    wasm_target()?;
    lint_tools()?;
    system_packages()?;
    sdk::install(workspace)?;
    println!("This machine can build and test {}.", workspace.root.display());
    Ok(())
}

/// The standard library for wasm32, by rustup where it is missing. `RUSTUP_AUTO_INSTALL` may be off,
/// so a toolchain file would not fetch it.
pub(crate) fn wasm_target() -> anyhow::Result<()> {
    let sysroot = output("rustc", &["--print", "sysroot"]).context("no working Rust toolchain")?;
    if Path::new(&sysroot).join("lib/rustlib").join(WASM).join("lib").is_dir() {
        return Ok(());
    }
    run(
        Command::new("rustup").args(["target", "add", WASM]),
        "the page needs the wasm32 target and rustup could not add it",
    )
}

/// rustfmt and clippy, which rustup's minimal profile leaves out.
pub(crate) fn lint_tools() -> anyhow::Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !succeeds("cargo", &[subcommand, "--version"]) {
            let sentence = format!("`{component}` is missing and rustup could not add it");
            run(Command::new("rustup").args(["component", "add", component]), &sentence)?;
        }
    }
    Ok(())
}

/// PostgreSQL, Chromium, Python and Node.js, by the system's package manager where they are missing.
pub(crate) fn system_packages() -> anyhow::Result<()> {
    let missing = missing_packages();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(", ");
    if which("apt-get").is_none() {
        bail!("the tests need {names}: this system has no apt-get, so please install them by hand");
    }
    let Some(privileged) = privilege()? else {
        bail!(
            "the tests need {names}: run `apt-get install {}` as root",
            missing.join(" ")
        );
    };
    let install = ["install", "-y", "--no-install-recommends"];
    let mut first = apt_get(&privileged, install.iter().chain(&missing));
    if run(&mut first, "apt-get could not install").is_err() {
        // A fresh machine has no package lists yet, and an old one has stale ones.
        run(
            &mut apt_get(&privileged, &["update"]),
            "apt-get could not read the package lists",
        )?;
        let sentence = format!("apt-get could not install {names}");
        run(&mut apt_get(&privileged, install.iter().chain(&missing)), &sentence)?;
    }
    let still = missing_packages();
    if !still.is_empty() {
        bail!(
            "{} installed, yet the programs are not found: see `crates/xtask/src/prepare.rs`",
            still.join(", ")
        );
    }
    Ok(())
}

/// The Debian packages whose programs are not found.
fn missing_packages() -> Vec<&'static str> {
    let mut missing = Vec::new();
    if postgres_bin().is_none() {
        missing.push("postgresql");
    }
    if !CHROMIUMS.iter().any(|name| which(name).is_some()) {
        missing.push("chromium");
    }
    if which("chromedriver").is_none() {
        missing.push("chromium-driver");
    }
    if which("python3").is_none() {
        missing.push("python3");
    }
    if sdk::with_pip().is_none() {
        missing.push("python3-pip");
    }
    if which("node").is_none() {
        missing.push("nodejs");
    }
    if which("npm").is_none() {
        missing.push("npm");
    }
    missing
}

/// The folder of `initdb`: Debian keeps it off the path, one folder for each major version.
fn postgres_bin() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let folders = debian.map(|entry| entry.path().join("bin"));
    let on_path = which("initdb").and_then(|found| found.parent().map(Path::to_path_buf));
    folders.chain(on_path).find(|folder| folder.join("initdb").is_file())
}

/// The words before a command that needs root: none for root itself, `sudo` where it exists.
fn privilege() -> anyhow::Result<Option<Vec<&'static str>>> {
    if output("id", &["-u"])? == "0" {
        return Ok(Some(Vec::new()));
    }
    Ok(which("sudo").map(|_| vec!["sudo"]))
}

fn apt_get<'a>(privileged: &[&'a str], args: impl IntoIterator<Item = &'a &'a str>) -> Command {
    let quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    let mut words = privileged.iter().chain(&quiet).copied();
    let mut command = Command::new(words.next().unwrap_or("apt-get"));
    command.args(words).args(args);
    command
}
