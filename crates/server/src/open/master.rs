//! The master key: from its file, from the configuration, or from a command that asks a key management service.

use std::{
    io::Read as _,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use grantbook_store::{
    Store, Vault,
    vault::{MasterKey, VaultError},
};
use secrecy::SecretString;

use super::{make_folder, sqlite_file};
use crate::config::{Config, Keys};

/// Longest output of the command, in bytes: a key is 64 digits.
const OUTPUT: u64 = 4096;
/// How often it is looked whether the command has ended.
const LOOK: Duration = Duration::from_millis(10);

/// Where the master key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source<'a> {
    /// A file, made on first start.
    File(&'a Path),
    /// The configuration itself, `keys.master`.
    Configuration,
    /// The standard output of a program with its arguments.
    Command(&'a str, &'a [String]),
}

impl<'a> Source<'a> {
    /// As configured: one of `keys.master` and `keys.command`, or else the file.
    pub(crate) fn of(keys: &'a Keys) -> anyhow::Result<Self> {
        match (&keys.master, keys.command.split_first()) {
            (Some(_), Some(_)) => bail!("keys.master and keys.command are both set: keep one"),
            (Some(_), None) => Ok(Self::Configuration),
            (None, Some((program, arguments))) => Ok(Self::Command(program, arguments)),
            (None, None) => Ok(Self::File(&keys.file)),
        }
    }
}

/// The vault with the master key as configured, and with the second one where there is one.
pub(super) async fn vault(config: &Config) -> anyhow::Result<Vault> {
    let keys = &config.keys;
    let master = match Source::of(keys)? {
        Source::File(path) => of_file(config, path).await?,
        Source::Configuration => {
            let digits = keys
                .master
                .as_ref()
                .map_or_else(String::new, |master| master.expose().to_owned());
            MasterKey::from_hex(&digits.into(), 1).context("keys.master cannot be used")?
        }
        Source::Command(program, arguments) => {
            let (program, arguments) = (program.to_owned(), arguments.to_vec());
            let patience = Duration::from_secs(keys.command_timeout_seconds);
            let asked = tokio::task::spawn_blocking(move || ask(&program, &arguments, patience));
            let line = asked.await.context("keys.command was interrupted")??;
            MasterKey::from_line(&line).context("what keys.command prints cannot be used")?
        }
    };
    let vault = Vault::new(master);
    let Some(other) = &keys.other_file else {
        return Ok(vault);
    };
    let other = MasterKey::from_file(other).map_err(plain);
    Ok(vault.with_other(other.context("keys.other_file cannot be used")?))
}

/// Makes the file only where nothing is sealed yet: a new key would open none of it.
async fn of_file(config: &Config, path: &Path) -> anyhow::Result<MasterKey> {
    let known = path.try_exists();
    if known.with_context(|| format!("cannot look for the master key {}", path.display()))? {
        return MasterKey::from_file(path).map_err(plain);
    }
    ensure!(
        !holds_secrets(config).await?,
        "the master key file {} is missing, and {} holds secrets sealed with that key: restore the file from your \
         backup, or say where it is (keys.file)",
        path.display(),
        config.database.url.shown()
    );
    make_folder(path)?;
    MasterKey::from_file_or_new(path).map_err(plain)
}

async fn holds_secrets(config: &Config) -> anyhow::Result<bool> {
    let url = config.database.url.expose();
    if sqlite_file(url).is_some_and(|file| !file.exists()) {
        return Ok(false);
    }
    let shown = config.database.url.shown();
    Store::holds_secrets(url)
        .await
        .with_context(|| format!("cannot open the database {shown}"))
}

/// The file's own sentence names the file already.
fn plain(error: VaultError) -> anyhow::Error {
    match error {
        VaultError::KeyFile(file) => file.into(),
        other => other.into(),
    }
}

/// What the program prints, as long as it does so within `patience` and ends well.
fn ask(program: &str, arguments: &[String], patience: Duration) -> anyhow::Result<SecretString> {
    let deadline = Instant::now() + patience;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("keys.command: {program} cannot be started"))?;
    let answered = listen(&mut child, deadline);
    if !matches!(answered, Ok(Some(_))) {
        // It may have ended by itself.
        let _ = child.kill();
        let _ = child.wait();
    }
    let Some(line) = answered? else {
        bail!(
            "keys.command: {program} did not end within {} seconds",
            patience.as_secs()
        );
    };
    let status = child
        .wait()
        .with_context(|| format!("keys.command: {program} was lost"))?;
    ensure!(status.success(), "keys.command: {program} failed ({status})");
    Ok(line)
}

/// The output once the program has ended, or `None` after the deadline.
fn listen(child: &mut Child, deadline: Instant) -> anyhow::Result<Option<SecretString>> {
    let stdout = child.stdout.take().context("keys.command: its output is not there")?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::with_capacity(usize::try_from(OUTPUT).unwrap_or(0));
        let read = stdout.take(OUTPUT).read_to_string(&mut text);
        // Nobody waits any more: too late.
        let _ = sender.send(read.map(|_| SecretString::from(text)));
    });
    let left = || deadline.saturating_duration_since(Instant::now());
    let Ok(read) = receiver.recv_timeout(left()) else {
        return Ok(None);
    };
    let line = read.context("keys.command: its output cannot be read")?;
    while child.try_wait().context("keys.command was lost")?.is_none() {
        if left().is_zero() {
            return Ok(None);
        }
        thread::sleep(LOOK.min(left()));
    }
    Ok(Some(line))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn shell(script: &str, patience: Duration) -> anyhow::Result<SecretString> {
        ask("sh", &["-c".to_owned(), script.to_owned()], patience)
    }

    #[test]
    fn what_the_command_prints_is_the_key() {
        let line = shell("echo 7:00ff", Duration::from_secs(10)).unwrap();
        assert_eq!(line.expose_secret(), "7:00ff\n");
    }

    #[test]
    fn a_command_that_fails_or_is_not_there_is_named() {
        let error = shell("echo 00ff; exit 3", Duration::from_secs(10)).unwrap_err();
        assert!(error.to_string().starts_with("keys.command: sh failed"), "{error}");
        assert!(!error.to_string().contains("00ff"));
        let error = ask("/nonexistent", &[], Duration::from_secs(10)).unwrap_err();
        assert!(error.to_string().contains("/nonexistent cannot be started"), "{error}");
    }

    #[test]
    fn a_command_has_only_so_much_time() {
        for script in ["exec sleep 60", "exec >&-; exec sleep 60"] {
            let begun = Instant::now();
            let error = shell(script, Duration::from_millis(200)).unwrap_err();
            assert!(error.to_string().contains("did not end"), "{error}");
            assert!(begun.elapsed() < Duration::from_secs(30));
        }
    }

    /// A console's settings in a folder of their own.
    fn configured(folder: &Path) -> Config {
        let mut config = Config::default();
        let url = format!("sqlite://{}", folder.join("grantbook.sqlite").display());
        config.database.url = crate::config::DatabaseUrl::from(url);
        config.keys.file = folder.join("master.key");
        config
    }

    async fn refusal(config: &Config) -> String {
        let error = super::super::migrated_store(config).await.unwrap_err();
        let text = format!("{error:#}");
        assert!(!text.contains('\n'), "one line: {text}");
        text
    }

    #[tokio::test]
    async fn a_start_without_its_key_or_with_another_is_refused_and_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = configured(folder.path());
        let open = async |config: &Config| super::super::migrated_store(config).await;
        open(&config).await.unwrap().close().await.unwrap();

        let kept = folder.path().join("kept.key");
        std::fs::rename(&config.keys.file, &kept).unwrap();
        let text = refusal(&config).await;
        assert!(
            text.contains("master.key is missing") && text.contains("restore"),
            "{text}"
        );
        assert!(!config.keys.file.exists(), "no new key is made");

        config.keys.command = vec!["echo".to_owned(), "a".repeat(64)];
        let text = refusal(&config).await;
        assert!(
            text.starts_with("the master key cannot be used: this database is sealed with"),
            "{text}"
        );
        assert!(!text.contains("aaaa"), "{text}");

        config.keys.command = vec!["cat".to_owned(), kept.display().to_string()];
        open(&config).await.unwrap().close().await.unwrap();

        config.keys.command = vec!["echo".to_owned(), "x".to_owned()];
        let text = refusal(&config).await;
        assert!(
            text.contains("keys.command prints") && text.contains("64 hexadecimal"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn a_second_master_key_opens_what_the_first_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = configured(folder.path());
        super::super::migrated_store(&config).await.unwrap();
        config.keys.other_file = Some(config.keys.file.clone());
        config.keys.file = folder.path().join("second.key");
        MasterKey::from_file_or_new(&config.keys.file).unwrap();
        assert!(super::super::migrated_store(&config).await.is_ok());
        config.keys.other_file = None;
        assert!(refusal(&config).await.contains("is sealed with master key"));
        config.keys.other_file = Some(folder.path().join("nothing.key"));
        assert!(refusal(&config).await.contains("keys.other_file"));
    }

    #[test]
    fn one_source_is_chosen() {
        let mut keys = Keys::default();
        assert_eq!(Source::of(&keys).unwrap(), Source::File(&keys.file));
        keys.command = vec!["kms".to_owned(), "decrypt".to_owned()];
        assert_eq!(
            Source::of(&keys).unwrap(),
            Source::Command("kms", &["decrypt".to_owned()])
        );
        keys.master = Some(serde_json::from_str("\"00ff\"").unwrap());
        assert!(Source::of(&keys).is_err());
    }
}
