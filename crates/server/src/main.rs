//! `grantbook`: a web console for what Slack apps may do.

use std::process::ExitCode;

/// Deliveries are many small pieces on several threads, where the system's allocator spends a quarter of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    grantbook_server::cli::main()
}
