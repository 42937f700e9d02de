//! A program that ends when the test ends, however the test ends.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::Context;
use tempfile::TempDir;

/// Reads orders from its standard input, which closes when the test is gone, even after `SIGKILL`.
/// Each line is a signal to end the program with before it is started again. At the end it waits for a
/// browser that outlives its driver for a moment, and would write into the folder again. What is to be kept is
/// shortened by what every cluster has: the databases of `initdb`, and system tables other than `pg_statistic`,
/// which samples what others hold.
const SUPERVISOR: &str = r#"
folder=$1 farewell=$2 afterwards=$3
shift 3
launch() { "$@" </dev/null & child=$!; }
end() { kill -s "$1" "$child"; wait "$child"; }
launch "$@"
while read -r signal; do
    end "$signal"
    launch "$@"
done
end "$farewell"
busy() { grep -qs -- "[-]-user-data-dir=$folder" /proc/[0-9]*/cmdline; }
patience=50
while busy && [ "$patience" -gt 0 ]; do
    sleep 0.1
    patience=$((patience - 1))
done
if [ "$afterwards" = keep ]; then
    base=$folder/data/base
    rm -rf "$base/1" "$base/4" "$base/5"
    find "$base" -type f ! -name '2619*' \( -name '[0-9]' -o -name '[0-9][0-9]*' ! -name '[0-9][0-9][0-9][0-9][0-9]*' \) -delete
else
    rm -rf "$folder"
fi
"#;

/// The user and group that a program runs as.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity {
    /// Numeric user id.
    pub(crate) uid: u32,
    /// Numeric group id.
    pub(crate) gid: u32,
}

/// What becomes of the scratch folder at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Afterwards {
    /// It goes.
    Remove,
    /// It stays, for whoever searches it.
    Keep,
}

/// A program, its scratch folder, and the shell that watches over both.
#[derive(Debug)]
pub(crate) struct Supervised {
    shell: Child,
    orders: Option<ChildStdin>,
    folder: PathBuf,
}

impl Supervised {
    /// Starts `program`, which owns `folder` and is sent `farewell` at the end. What it says on its
    /// standard error is in `log` there; its standard output can be taken from [`Supervised::shell`] when
    /// `stdout` is piped.
    pub(crate) fn start(
        program: &Command,
        folder: TempDir,
        farewell: &str,
        identity: Option<Identity>,
        stdout: Stdio,
        afterwards: Afterwards,
    ) -> anyhow::Result<Self> {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", SUPERVISOR, "supervisor"])
            .arg(folder.path())
            .arg(farewell)
            .arg(if afterwards == Afterwards::Keep {
                "keep"
            } else {
                "remove"
            });
        shell.arg(program.get_program()).args(program.get_args());
        let log = File::create(folder.path().join("log")).context("the scratch folder takes no log")?;
        shell
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(log);
        if let Some(identity) = identity {
            run_as(&mut shell, identity);
        }
        apart(&mut shell);
        let mut shell = shell.spawn().context("`sh` does not start")?;
        let orders = shell.stdin.take();
        Ok(Self {
            shell,
            orders,
            folder: folder.keep(),
        })
    }

    /// The scratch folder; gone after the end.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the program has said on its standard error.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// The process that watches.
    pub(crate) fn shell(&mut self) -> &mut Child {
        &mut self.shell
    }

    /// Ends the program by a signal (`INT`, `QUIT`, `KILL` ...) and starts it again.
    pub(crate) fn restart(&mut self, signal: &str) -> anyhow::Result<()> {
        let orders = self.orders.as_mut().context("the supervisor takes no orders")?;
        writeln!(orders, "{signal}").context("the supervisor is gone")
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.orders.take());
        // Only fails when the shell is gone already.
        let _ = self.shell.wait();
    }
}

/// The identity of the program; as root it also gives up root's groups.
#[cfg(unix)]
pub(crate) fn run_as(command: &mut Command, identity: Identity) {
    use std::os::unix::process::CommandExt;

    command.uid(identity.uid).gid(identity.gid);
}

#[cfg(not(unix))]
pub(crate) fn run_as(_command: &mut Command, _identity: Identity) {}

/// A process group of its own: a runner that kills the test's group leaves the supervisor to clean up.
#[cfg(unix)]
fn apart(command: &mut Command) {
    use std::os::unix::process::CommandExt;

    command.process_group(0);
}

#[cfg(not(unix))]
fn apart(_command: &mut Command) {}
