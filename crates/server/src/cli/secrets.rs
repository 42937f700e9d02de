//! Secrets for commands: from a file, from a variable or from standard input, never from the command line, which every
//! process of the machine can read.

use std::{
    io::{BufRead as _, IsTerminal as _, Write as _},
    path::Path,
};

use anyhow::{Context as _, ensure};
use secrecy::{ExposeSecret as _, SecretString};

use crate::config;

/// The content of `file`, or the next line of standard input when there is none.
pub(super) fn read(what: &str, file: Option<&Path>) -> anyhow::Result<SecretString> {
    let text = match file {
        Some(path) => {
            std::fs::read_to_string(path).with_context(|| format!("cannot read the {what} in {}", path.display()))?
        }
        None => line(what)?,
    };
    let text = text.trim_end_matches(['\r', '\n']);
    ensure!(!text.is_empty(), "the {what} is empty");
    Ok(text.into())
}

/// The value of an environment variable.
pub(super) fn from_environment(what: &str, name: &str) -> anyhow::Result<SecretString> {
    let secret = config::process_secret(name).with_context(|| format!("the {what} is not in {name}"))?;
    ensure!(!secret.expose_secret().is_empty(), "the {what} in {name} is empty");
    Ok(secret)
}

fn line(what: &str) -> anyhow::Result<String> {
    let input = std::io::stdin();
    if input.is_terminal() {
        let _ = write!(std::io::stderr().lock(), "{what} (visible while you type): ");
    }
    let mut text = String::new();
    input
        .lock()
        .read_line(&mut text)
        .with_context(|| format!("cannot read the {what} from standard input"))?;
    Ok(text)
}
