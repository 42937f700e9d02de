//! Where the workspace is, and how other programs are called: shown, run, and a plain sentence if they fail.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// The checkout and the folder that cargo builds into.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the root `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Absolute, so that it means the same in every program that is started.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Finds the checkout that this program was built in.
    pub(crate) fn locate(target: Option<&Path>) -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .context("xtask is not two folders below the workspace")?
            .to_path_buf();
        let target = match target {
            Some(path) => std::path::absolute(path).context("the target folder has no absolute path")?,
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// The page's sources.
    pub(crate) fn web(&self) -> PathBuf {
        self.root.join("web")
    }

    /// `cargo <args>` at the root of the workspace.
    pub(crate) fn cargo<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new("cargo");
        command
            .args(args)
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target);
        command
    }
}

/// Shows the command, runs it, and fails with `sentence` if it fails.
pub(crate) fn run(command: &mut Command, sentence: &str) -> anyhow::Result<()> {
    println!("$ {}", shown(command));
    let status = command
        .status()
        .with_context(|| format!("{sentence}: `{}` does not start", program(command)))?;
    if !status.success() {
        bail!("{sentence} (`{}`: {status})", shown(command));
    }
    Ok(())
}

/// Becomes the command: its signals and its exit code are ours. Returns only if it cannot start.
#[cfg(unix)]
pub(crate) fn become_it(command: &mut Command) -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt;

    println!("$ {}", shown(command));
    let error = command.exec();
    Err(error).with_context(|| format!("`{}` does not start", program(command)))
}

/// Runs the command in our place.
#[cfg(not(unix))]
pub(crate) fn become_it(command: &mut Command) -> anyhow::Result<()> {
    run(command, "the program ended with an error")
}

/// Whether the command starts and succeeds; says nothing.
pub(crate) fn succeeds(program: &str, args: &[&str]) -> bool {
    let status = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// What the command writes to its standard output, trimmed.
pub(crate) fn output(program: &str, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program)
        .args(args)
        .output()
        .with_context(|| format!("`{program}` does not start"))?;
    if !output.status.success() {
        bail!(
            "`{program} {}` failed: {}",
            args.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The path of a program that the shell would find.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

fn program(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
