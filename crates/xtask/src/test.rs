//! `cargo xtask test`: prepare, lint, bundle the page, then every test, then a search for secrets in what the
//! tests left behind. Stops at the first failure.

use clap::Args;

use crate::prepare::{self, WASM};
use crate::sdk;
use crate::secrets::{self, Extent};
use crate::shell::{Workspace, run, succeeds};
use crate::web::{self, Profile};

/// How much of the suite runs.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Skip formatting and clippy.
    #[arg(long)]
    no_lint: bool,
    /// While working: no lints, no documentation examples, and the page compiled fast and large.
    #[arg(long)]
    fast: bool,
    /// Handed to the test runner, for example the name of a test.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// The whole suite.
pub(crate) fn suite(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    prepare::system_packages()?;
    prepare::wasm_target()?;
    sdk::install(workspace)?;
    if !options.no_lint && !options.fast {
        lint(workspace)?;
    }
    web::build(workspace, if options.fast { Profile::Dev } else { Profile::Release })?;
    tests(workspace, options)
}

/// Formatting, then clippy for everything native and for what runs in the browser.
pub(crate) fn lint(workspace: &Workspace) -> anyhow::Result<()> {
    prepare::lint_tools()?;
    prepare::wasm_target()?;
    run(
        &mut workspace.cargo(["fmt", "--all", "--check"]),
        "the formatting is off: run `cargo fmt --all`",
    )?;
    let native = [
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    run(&mut workspace.cargo(native), "clippy has complaints")?;
    let browser = [
        "clippy",
        "--locked",
        "-p",
        "grantbook-web",
        "-p",
        "grantbook-core",
        "--target",
        WASM,
    ];
    run(
        workspace.cargo(browser).args(["--", "-D", "warnings"]),
        "clippy has complaints about the page",
    )
}

fn tests(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let evidence = secrets::prepare(workspace)?;
    if !succeeds("cargo", &["nextest", "--version"]) {
        // cargo's own runner needs no installation, and runs the documentation examples as well. What tests say is
        // not kept by it, so that the search afterwards is not the whole one.
        let mut cargo = workspace.cargo(["test", "--locked", "--workspace"]);
        cargo.args(&options.args).env(secrets::VARIABLE, evidence);
        run(&mut cargo, "tests failed")?;
        return secrets::search(workspace, Extent::Part);
    }
    if !options.fast && options.args.is_empty() {
        let examples = ["test", "--locked", "--workspace", "--doc", "--quiet"];
        run(&mut workspace.cargo(examples), "examples in the documentation failed")?;
    }
    run(
        workspace
            .cargo(["nextest", "run", "--locked", "--workspace"])
            .args(&options.args)
            .env(secrets::VARIABLE, evidence),
        "tests failed",
    )?;
    let whole = options.args.is_empty();
    secrets::search(workspace, if whole { Extent::Whole } else { Extent::Part })
}
