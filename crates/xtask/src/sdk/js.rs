//! Bolt for JavaScript, at the versions and hashes of the recipe's own `package-lock.json`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context;

use super::remove;
use crate::shell::{Workspace, run};

/// The recipe's folder below the workspace.
const RECIPE: &str = "docs/recipes/bolt-js";

/// What npm reads to install, the lock file last: its copy says what was installed.
const LISTS: [&str; 2] = ["package.json", "package-lock.json"];

/// Installs the packages of the recipe unless they are there.
pub(super) fn install(workspace: &Workspace) -> anyhow::Result<()> {
    let recipe = workspace.root.join(RECIPE);
    let home = workspace.target.join("sdk");
    let folder = home.join("js");
    if is_installed(&folder, &recipe)? {
        return Ok(());
    }
    // What is half there would pass for the whole.
    let fresh = home.join("js.new");
    remove(&fresh)?;
    fs::create_dir_all(&fresh).with_context(|| format!("cannot make {}", fresh.display()))?;
    for list in LISTS {
        fs::copy(recipe.join(list), fresh.join(list)).with_context(|| format!("cannot copy {list}"))?;
    }
    run(&mut npm_ci(&fresh), "npm could not install Bolt for JavaScript")?;
    remove(&folder)?;
    fs::rename(&fresh, &folder).with_context(|| format!("cannot write {}", folder.display()))
}

/// Whether the folder holds what these lists pin.
fn is_installed(folder: &Path, recipe: &Path) -> anyhow::Result<bool> {
    for list in LISTS {
        let wanted = recipe.join(list);
        let wanted = fs::read(&wanted).with_context(|| format!("cannot read {}", wanted.display()))?;
        if fs::read(folder.join(list)).ok().as_ref() != Some(&wanted) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Exactly what the lock file names, with its hashes; no package runs anything of its own.
fn npm_ci(folder: &Path) -> Command {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .args(["--no-update-notifier", "--loglevel", "error"])
        .current_dir(folder);
    npm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_lock_file_means_another_installation() {
        let (folder, recipe) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for list in LISTS {
            fs::write(recipe.path().join(list), "1").unwrap();
        }
        assert!(!is_installed(folder.path(), recipe.path()).unwrap());
        for list in LISTS {
            fs::write(folder.path().join(list), "1").unwrap();
        }
        assert!(is_installed(folder.path(), recipe.path()).unwrap());
        fs::write(recipe.path().join("package-lock.json"), "2").unwrap();
        assert!(!is_installed(folder.path(), recipe.path()).unwrap());
    }

    #[test]
    fn every_package_is_pinned_by_hash_and_no_lock_file_names_a_host_to_load_it_from() {
        let lock = include_str!("../../../../docs/recipes/bolt-js/package-lock.json");
        let versions = lock
            .lines()
            .filter(|line| line.trim().starts_with("\"version\":"))
            .count();
        let hashes = lock
            .lines()
            .filter(|line| line.contains("\"integrity\": \"sha512-"))
            .count();
        assert!(
            versions > 0 && versions == hashes,
            "{versions} packages, {hashes} hashes"
        );
        assert!(!lock.contains("\"resolved\""));
    }
}
