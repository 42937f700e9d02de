//! Starting things: the demo, its debug sibling, the simulator alone, the measurements.

use std::process::Command;

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

/// `cargo xtask bench`: the measurements, side by side in one run.
pub(crate) fn bench(workspace: &Workspace, args: &[String]) -> anyhow::Result<()> {
    // A release server does not start without its page.
    web::build(workspace, Profile::Release)?;
    let bench = ["bench", "--locked", "-p", "grantbook-tests", "--bench", "ingest", "--"];
    become_it(workspace.cargo(bench).args(args))
}
