//! `grantbook`: a web console for what Slack apps may do.

use std::process::ExitCode;

fn main() -> ExitCode {
    grantbook_server::cli::main()
}
