//! `cargo xtask web`: compiles the page to wasm and writes the bundle to `web/dist`.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use wasm_bindgen_cli_support::Bindgen;

use crate::bundle::{Bundle, Code, Sources};
use crate::files::{digest, mirror, read, walk};
use crate::prepare::{self, WASM};
use crate::shell::{Workspace, run};
use crate::split::{Split, split};

/// How the page is compiled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Profile {
    /// Small: for people and for the browser tests.
    Release,
    /// Quick: while working on the page.
    Dev,
}

impl Profile {
    /// The name of the profile in the root `Cargo.toml`.
    fn cargo(self) -> &'static str {
        match self {
            Self::Release => "wasm-release",
            Self::Dev => "dev",
        }
    }

    /// The folder below the target folder; cargo calls that of `dev` otherwise.
    fn folder(self) -> &'static str {
        match self {
            Self::Release => "wasm-release",
            Self::Dev => "debug",
        }
    }

    /// How hard brotli tries, 0 to 11.
    fn quality(self) -> i32 {
        match self {
            Self::Release => 11,
            Self::Dev => 5,
        }
    }
}

/// Brings `web/dist` up to date; quick when nothing has changed.
pub(crate) fn build(workspace: &Workspace, profile: Profile) -> anyhow::Result<()> {
    prepare::wasm_target()?;
    let compile = [
        "build",
        "--locked",
        "-p",
        "grantbook-web",
        "--lib",
        "--target",
        WASM,
        "--profile",
        profile.cargo(),
    ];
    run(&mut workspace.cargo(compile), "the page does not compile")?;
    let wasm = workspace
        .target
        .join(WASM)
        .join(profile.folder())
        .join("grantbook_web.wasm");
    let (web, dist) = (workspace.web(), workspace.web().join("dist"));
    let stamp = Stamp {
        path: workspace.target.join("page.stamp"),
        inputs: inputs(&web, &wasm, profile)?,
    };
    if stamp.holds(&dist) {
        println!("The page in {} is up to date.", dist.display());
        return Ok(());
    }
    let cut = split(&wasm, &workspace.target.join("page"))?;
    let bundle = Bundle::assemble(sources(&web, cut)?, profile.quality())?;
    report(&bundle);
    if matches!(profile, Profile::Release) {
        bundle.within_budget()?;
    }
    mirror(&dist, &bundle.files)?;
    stamp.write(&dist)
}

fn report(bundle: &Bundle) {
    for size in &bundle.sizes {
        let when = if size.later { "later" } else { "" };
        println!("{:>10} {:>9} br  {:5} {}", size.raw, size.compressed, when, size.name);
    }
    println!(
        "The page weighs {} bytes compressed before it works; the bar is {}. With all that comes later: {}.",
        bundle.weight(),
        crate::bundle::BAR,
        bundle.whole_weight()
    );
}

fn sources(web: &Path, cut: Split) -> anyhow::Result<Sources> {
    let template = web.join("index.html");
    Ok(Sources {
        code: bindgen(cut)?,
        template: fs::read_to_string(&template).with_context(|| format!("{} cannot be read", template.display()))?,
        styles: folder(&web.join("styles"))?,
        public: folder(&web.join("public"))?,
    })
}

/// The files of a folder by their path in it, in the order of their names.
fn folder(folder: &Path) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let name = |path: &Path| {
        path.strip_prefix(folder)
            .map(|inner| inner.to_string_lossy().into_owned())
    };
    walk(folder)?
        .iter()
        .map(|path| Ok((name(path)?, read(path)?)))
        .collect()
}

/// Runs the library of the wasm-bindgen tool; its version is that of the `wasm-bindgen` crate.
fn bindgen(cut: Split) -> anyhow::Result<Code> {
    let mut tool = Bindgen::new();
    tool.input_path(&cut.main)
        // The modules that come later share the first one's table of functions.
        .keep_lld_exports(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .web(true)?;
    let mut output = tool.generate_output().context("wasm-bindgen cannot process the page")?;
    let inline = output.snippets().iter().flat_map(|(krate, scripts)| {
        scripts
            .iter()
            .enumerate()
            .map(move |(index, text)| (format!("snippets/{krate}/inline{index}.js"), text.clone()))
    });
    let modules = output
        .local_modules()
        .iter()
        .map(|(path, text)| (format!("snippets/{path}"), text.clone()));
    let mut scripts: Vec<_> = inline
        .chain(modules)
        .map(|(path, text)| (path, text.into_bytes()))
        .chain([cut.loader])
        .collect();
    scripts.sort();
    Ok(Code {
        js: output.js().to_owned(),
        wasm: output.wasm_mut().emit_wasm(),
        scripts,
        later: cut.later,
    })
}

/// What the bundle depends on, as paths, sizes and times; cargo leaves the wasm alone when it is fresh.
fn inputs(web: &Path, wasm: &Path, profile: Profile) -> anyhow::Result<String> {
    let this_program = std::env::current_exe().context("xtask does not know its own path")?;
    let mut paths = vec![this_program, wasm.to_path_buf(), web.join("index.html")];
    paths.extend(walk(&web.join("styles"))?);
    paths.extend(walk(&web.join("public"))?);
    let mut lines = format!("{profile:?}\n");
    for path in paths {
        let about = fs::metadata(&path).with_context(|| format!("{} is missing", path.display()))?;
        writeln!(lines, "{} {} {:?}", path.display(), about.len(), about.modified()?)?;
    }
    Ok(lines)
}

/// Remembers from what the bundle was made, and how it looked.
#[derive(Debug)]
struct Stamp {
    path: PathBuf,
    inputs: String,
}

impl Stamp {
    fn holds(&self, dist: &Path) -> bool {
        let (Ok(expected), Ok(found)) = (self.text(dist), fs::read_to_string(&self.path)) else {
            return false;
        };
        expected == found
    }

    fn write(&self, dist: &Path) -> anyhow::Result<()> {
        fs::write(&self.path, self.text(dist)?).with_context(|| format!("{} cannot be written", self.path.display()))
    }

    /// The inputs, and what lies in `dist`: the index names everything else by its hash.
    fn text(&self, dist: &Path) -> anyhow::Result<String> {
        let index = digest(&read(&dist.join("index.html"))?);
        let names: Vec<_> = walk(dist)?.iter().map(|path| path.display().to_string()).collect();
        Ok(format!("{}\n{index}\n{}\n", self.inputs, names.join("\n")))
    }
}
