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
const BENCHES: [&str; 3] = ["ingest", "three_seconds", "check"];

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
    // A release server does not start without its page.
    web::build(workspace, Profile::Release)?;
    for name in chosen {
        let bench = ["bench", "--locked", "-p", "grantbook-tests", "--bench", name, "--"];
        run(workspace.cargo(bench).args(args), "the measurement failed")?;
    }
    Ok(())
}
