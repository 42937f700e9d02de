//! What commands print: data on standard output, what went wrong in one line on standard error.

use std::{io::Write as _, process::ExitCode};

use anyhow::Context as _;
use serde::Serialize;

/// Prints a line of the command's result.
pub(crate) fn line(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}").context("cannot write to standard output")
}

/// Prints data as JSON.
pub(super) fn json(data: &impl Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string_pretty(data)?)
}

/// Prints data as one line of JSON, where more lines follow.
pub(super) fn json_line(data: &impl Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string(data)?)
}

/// Says in one line what went wrong.
pub(super) fn failure(error: &anyhow::Error) -> ExitCode {
    let text = format!("{error:#}").replace('\n', " ");
    // Where even standard error is gone, the status has to do.
    let _ = writeln!(std::io::stderr().lock(), "grantbook: {text}");
    ExitCode::FAILURE
}
