//! Slack's SDK and Bolt, which the end-to-end tests drive: for Python pinned by version and hash in
//! `tests/sdk/requirements.txt`, for JavaScript in the recipe's lock file; installed into the target folder and
//! nowhere else.

mod js;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use crate::shell::{Workspace, run, succeeds};

/// Python on the path, or as Debian installs it should the one on the path lack pip.
const PYTHONS: [&str; 2] = ["python3", "/usr/bin/python3"];

/// The name of the pinned list, and of its copy that says what was installed.
const REQUIREMENTS: &str = "requirements.txt";

/// Installs what is pinned unless it is there.
pub(crate) fn install(workspace: &Workspace) -> anyhow::Result<()> {
    for_python(workspace)?;
    js::install(workspace)
}

fn for_python(workspace: &Workspace) -> anyhow::Result<()> {
    let wanted = workspace.root.join("tests/sdk").join(REQUIREMENTS);
    let home = workspace.target.join("sdk");
    let folder = home.join("python");
    let text = fs::read_to_string(&wanted).with_context(|| format!("cannot read {}", wanted.display()))?;
    if is_installed(&folder, &text) {
        return Ok(());
    }
    let Some(python) = with_pip() else {
        bail!("the tests need Python 3 with pip to install Slack's SDK");
    };
    // What is half there would pass for the whole.
    let fresh = home.join("python.new");
    remove(&fresh)?;
    run(
        &mut pip_install(python, &wanted, &fresh),
        "pip could not install Slack's SDK for Python",
    )?;
    fs::write(fresh.join(REQUIREMENTS), text).context("cannot note what was installed")?;
    remove(&folder)?;
    fs::rename(&fresh, &folder).with_context(|| format!("cannot write {}", folder.display()))
}

/// The first Python that has pip.
pub(crate) fn with_pip() -> Option<&'static str> {
    PYTHONS
        .into_iter()
        .find(|python| succeeds(python, &["-m", "pip", "--version"]))
}

/// Whether the folder holds what this list pins.
fn is_installed(folder: &Path, requirements: &str) -> bool {
    fs::read_to_string(folder.join(REQUIREMENTS)).is_ok_and(|noted| noted == requirements)
}

/// Wheels with the pinned hashes: nothing is built, and nothing comes with them.
fn pip_install(python: &str, requirements: &Path, folder: &Path) -> Command {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--no-deps"])
        .args(["--only-binary", ":all:", "--require-hashes", "--requirement"])
        .arg(requirements)
        .arg("--target")
        .arg(folder)
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        .env("PIP_ROOT_USER_ACTION", "ignore");
    pip
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_list_means_another_installation() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_installed(folder.path(), "a==1"));
        fs::write(folder.path().join(REQUIREMENTS), "a==1").unwrap();
        assert!(is_installed(folder.path(), "a==1"));
        assert!(!is_installed(folder.path(), "a==2"));
    }

    #[test]
    fn every_package_is_pinned_by_version_and_hash() {
        let lines = include_str!("../../../tests/sdk/requirements.txt").lines();
        for line in lines.filter(|line| !line.starts_with('#')) {
            assert!(line.contains("==") && line.contains(" --hash=sha256:"), "{line}");
        }
    }
}
