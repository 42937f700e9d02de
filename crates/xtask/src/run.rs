//! Starting things: the demo, its debug sibling, the simulator alone, the measurements.

use std::process::Command;

use anyhow::bail;

use crate::shell::{Workspace, become_it, run};
use crate::web::{self, Profile};

/// `cargo xtask demo`: everything in release, then console and simulator in our place.
pub(crate) fn demo(workspace: &Workspace, args: &[String]) -> anyhow::Result<()> {
    // The page first: the server carries it inside.
    web::build(workspace, Profile::Release)?;
    run(
        &mut workspace.cargo([
            "build",
            "--release",
            "--locked",
            "-p",
            "grantbook-server",
            "--features",
            "demo",
        ]),
        "the server does not build",
    )?;
    let mut grantbook = Command::new(workspace.target.join("release/grantbook"));
    become_it(grantbook.arg("demo").args(args).current_dir(&workspace.root))
}

/// `cargo xtask dev`: the same from a debug build, which reads the page from `web/dist`.
pub(crate) fn dev(workspace: &Workspace, args: &[String]) -> anyhow::Result<()> {
    web::build(workspace, Profile::Dev)?;
    let server = [
        "run",
        "--locked",
        "-p",
        "grantbook-server",
        "--features",
        "demo",
        "--",
        "demo",
    ];
    become_it(workspace.cargo(server).args(args))
}

/// `cargo xtask sim`: a Slack to develop against.
pub(crate) fn sim(workspace: &Workspace, args: &[String]) -> anyhow::Result<()> {
    let simulator = [
        "run",
        "--locked",
        "-p",
        "grantbook-simulator",
        "--bin",
        "slack-sim",
        "--",
    ];
    become_it(workspace.cargo(simulator).args(args))
}

/// The measurements, each a program of its own.
const BENCHES: [&str; 4] = ["ingest", "three_seconds", "check", BACKTEST];
/// The one beside Cedar: a workspace of its own, so that nothing else waits for Cedar to be compiled.
const BACKTEST: &str = "backtest";

/// `cargo xtask bench`: the measurements, each side by side in one run; the first argument may name one.
pub(crate) fn bench(workspace: &Workspace, args: &[String]) -> anyhow::Result<()> {
    let named = args
        .split_first()
        .filter(|(first, _)| BENCHES.contains(&first.as_str()));
    let (chosen, args) = match named {
        Some((one, rest)) => (vec![one.as_str()], rest),
        None if args.is_empty() => (BENCHES.to_vec(), args),
        None => bail!("name the measurement before its arguments: {}", BENCHES.join(", ")),
    };
    if chosen.iter().any(|name| *name != BACKTEST) {
        // A release server does not start without its page.
        web::build(workspace, Profile::Release)?;
    }
    for name in chosen {
        let mut command = match name {
            BACKTEST => backtest(workspace),
            name => workspace.cargo(["bench", "--locked", "-p", "grantbook-tests", "--bench", name, "--"]),
        };
        run(command.args(args), "the measurement failed")?;
    }
    Ok(())
}

fn backtest(workspace: &Workspace) -> Command {
    let program = [
        "run",
        "--release",
        "--locked",
        "--manifest-path",
        "bench/cedar/Cargo.toml",
        "--",
    ];
    let mut command = workspace.cargo(program);
    command.env("CARGO_TARGET_DIR", workspace.target.join("bench-cedar"));
    command
}
