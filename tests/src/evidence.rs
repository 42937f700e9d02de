//! What the suite leaves behind, for `cargo xtask secrets` to search it for every secret that a simulator
//! handed out.
//!
//! Where the variable `SUITE_EVIDENCE` names a folder, whatever consoles write stays there: databases and
//! journals ([`folder`]), what processes say ([`log`]), and what the log of this process holds at its most
//! talkative. Simulators note their secrets there ([`simulator`]). Without it nothing stays. A test therefore
//! asks here for its folders and its simulators; one of `secrets_stay_in` sees to that.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Mutex, Once, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use grantbook_simulator::{Builder, SlackSim};
use tempfile::TempDir;
use tracing_subscriber::EnvFilter;

/// The variable; not one of `GRANTBOOK_…`, which the console reads as its settings.
const VARIABLE: &str = "SUITE_EVIDENCE";
/// What is logged: all that an operator in search of a fault might switch on, of consoles only. The
/// simulator knows its secrets and may tell them.
const LOGGED: &str = "debug,grantbook_simulator=off";

/// Where evidence is kept, if anywhere.
pub fn root() -> Option<&'static Path> {
    static ROOT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = || std::env::var_os(VARIABLE).map(PathBuf::from);
    ROOT.get_or_init(found).as_deref()
}

/// A part of the evidence; its folder is made.
fn part(name: &str) -> io::Result<Option<PathBuf>> {
    let Some(root) = root() else { return Ok(None) };
    let part = root.join(name);
    fs::create_dir_all(&part)?;
    Ok(Some(part))
}

/// A name that nobody else of this run has; of the stem, what a file may be called.
fn unique(stem: &str, ending: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let stem: String = stem
        .chars()
        .map(|letter| if fits(letter) { letter } else { '-' })
        .collect();
    format!("{stem}-{}-{number}.{ending}", std::process::id())
}

/// A folder for one test: where its consoles' databases, keys and journals lie.
///
/// # Errors
///
/// Fails where no folder can be made.
pub fn folder() -> io::Result<TempDir> {
    match part("folders")? {
        Some(part) => {
            log_here()?;
            tempfile::Builder::new().disable_cleanup(true).tempdir_in(part)
        }
        None => tempfile::tempdir(),
    }
}

/// A simulator to be, which notes the secrets that it will hand out.
///
/// # Panics
///
/// Where the evidence has no room.
pub fn simulator() -> Builder {
    let builder = SlackSim::builder();
    match part("secrets").and_then(|part| log_here().map(|()| part)) {
        Ok(Some(part)) => builder.secrets_to(part),
        Ok(None) => builder,
        Err(error) => panic!("the evidence cannot be kept: {error}"),
    }
}

/// Lets a console's process write into the evidence what it says, and say much; false where none is kept.
///
/// # Errors
///
/// Fails where no file can be made.
pub fn log(command: &mut Command) -> io::Result<bool> {
    let Some(part) = part("logs")? else { return Ok(false) };
    let said = File::create(part.join(unique("console", "log")))?;
    command
        .stdout(said.try_clone()?)
        .stderr(said)
        .env("GRANTBOOK_LOG__FILTER", LOGGED);
    Ok(true)
}

/// Keeps what a command printed.
///
/// # Errors
///
/// Fails where it cannot be written.
pub fn printed(command: &str, bytes: &[u8]) -> io::Result<()> {
    match part("printed")? {
        Some(part) => fs::write(part.join(unique(command, "txt")), bytes),
        None => Ok(()),
    }
}

/// Where a cluster's remains are told of; see [`crate::postgres`].
pub(crate) fn clusters() -> io::Result<Option<PathBuf>> {
    part("clusters")
}

/// Consoles of this process log into the evidence, too.
fn log_here() -> io::Result<()> {
    static ONCE: Once = Once::new();
    let Some(part) = part("logs")? else { return Ok(()) };
    let mut begun = Ok(());
    ONCE.call_once(|| {
        begun = File::create(part.join(unique("test", "log"))).map(|said| {
            // A test may have set up its own.
            let _ = tracing_subscriber::fmt()
                .with_env_filter(EnvFilter::new(LOGGED))
                .with_ansi(false)
                .with_writer(Mutex::new(said))
                .try_init();
        });
    });
    begun
}
