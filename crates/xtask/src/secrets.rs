//! `cargo xtask secrets`: searches what the suite left behind for every secret that a simulator handed out.
//!
//! Searched are the consoles' databases (SQLite's files with their logs, PostgreSQL's data folders with theirs,
//! and a dump of each), journals, logs at their most talkative, what commands printed, and what the tests wrote
//! on their standard streams, panics included. Not searched is what knows the secrets by its nature: the
//! simulators' own state and log, the browsers' profiles, and the answers by which a console hands a token to
//! whoever may have it. Nothing found is ever shown: a file, a place in it, and the kind of secret.

mod search;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail, ensure};

use crate::files::walk;
use crate::shell::Workspace;
use search::{Find, Search, Secret};

/// Names the folder to whoever leaves evidence.
pub(crate) const VARIABLE: &str = "SUITE_EVIDENCE";

/// Read at once.
const PIECE: usize = 8 << 20;
/// Of the piece before, so that nothing is lost between two: longer than any secret in any form.
const OVERLAP: usize = 1 << 10;
/// Finds that are named one by one.
const SHOWN: usize = 40;

/// Where the suite leaves what is searched.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("evidence")
}

/// What the test runner keeps of the tests' standard streams.
fn output(workspace: &Workspace) -> PathBuf {
    workspace.target.join("nextest/default/junit.xml")
}

/// Makes room for a run: what an earlier one left goes.
pub(crate) fn prepare(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let folder = folder(workspace);
    remove(&folder)?;
    if output(workspace).exists() {
        fs::remove_file(output(workspace)).context("the output of the run before cannot be removed")?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(folder)
}

/// Removes evidence, with the clusters that it only links to.
fn remove(folder: &Path) -> anyhow::Result<()> {
    for cluster in clusters(folder)? {
        // Some are gone: their tests were not to be kept.
        let _ = fs::remove_dir_all(cluster);
    }
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} cannot be removed", folder.display()))?;
    }
    Ok(())
}

/// The data folders of PostgreSQL, which lie elsewhere.
fn clusters(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let links = folder.join("clusters");
    let mut clusters = Vec::new();
    if links.is_dir() {
        for entry in fs::read_dir(&links)? {
            let path = entry?.path();
            if let Ok(target) = fs::read_link(&path) {
                clusters.push(target);
            }
        }
    }
    Ok(clusters)
}

/// How much is asked of the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// There must be some of every sort, or the search proves nothing.
    Whole,
    /// Whatever a few tests left.
    Part,
}

/// Searches, says what was searched, and removes it where nothing was found.
pub(crate) fn search(workspace: &Workspace, extent: Extent) -> anyhow::Result<()> {
    let (began, folder) = (Instant::now(), folder(workspace));
    let search = Search::new(secrets(&folder.join("secrets"))?);
    let kinds = search.kinds();
    let known: usize = kinds.values().sum();
    if known == 0 && extent == Extent::Part {
        println!("secrets: no simulator handed any out");
        return remove(&folder);
    }
    let searched = evidence(workspace)?;
    if extent == Extent::Whole {
        complete(&kinds, &searched)?;
    }
    prove(&search, &folder)?;
    let (mut bytes, mut finds) = (0, BTreeMap::new());
    for path in searched.values().flatten() {
        bytes += look_into(&search, path, &mut finds)?;
    }
    let sorts: Vec<_> = searched
        .iter()
        .map(|(sort, files)| format!("{} {sort}", files.len()))
        .collect();
    println!(
        "secrets: {known} secrets ({}) looked for in {} MB ({}) in {:.1} s",
        kinds
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect::<Vec<_>>()
            .join(", "),
        bytes >> 20,
        sorts.join(", "),
        began.elapsed().as_secs_f32(),
    );
    if finds.is_empty() {
        println!("secrets: none found");
        return remove(&folder);
    }
    for ((path, find), (first, count)) in finds.iter().take(SHOWN) {
        println!(
            "secrets: {} ({}) in {} at {first}, {count} in all",
            find.kind,
            find.form,
            path.display()
        );
    }
    bail!(
        "{} kinds of finds: secrets lie where none may be; {} is kept",
        finds.len(),
        folder.display()
    )
}

/// Every secret that was noted.
fn secrets(folder: &Path) -> anyhow::Result<Vec<Secret>> {
    let mut lines = std::collections::BTreeSet::new();
    for path in walk(folder)? {
        let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        lines.extend(text.lines().map(str::to_owned));
    }
    let secrets: Vec<_> = lines.iter().filter_map(|line| Secret::read(line)).collect();
    if secrets.len() < lines.len() {
        let short = lines.len() - secrets.len();
        println!("secrets: {short} are words that tests chose, too short to be looked for");
    }
    Ok(secrets)
}

type Sorts = BTreeMap<&'static str, Vec<PathBuf>>;

/// What is searched, by sort.
fn evidence(workspace: &Workspace) -> anyhow::Result<Sorts> {
    let folder = folder(workspace);
    let mut sorts = Sorts::new();
    sorts.insert("files of consoles", walk(&folder.join("folders"))?);
    sorts.insert("logs", walk(&folder.join("logs"))?);
    sorts.insert("command outputs", walk(&folder.join("printed"))?);
    let mut stored = Vec::new();
    for cluster in clusters(&folder)? {
        stored.extend(walk(&cluster)?);
    }
    sorts.insert("files of PostgreSQL", stored);
    let mut dumps = Vec::new();
    for path in walk(&folder.join("clusters"))? {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("sql") => dumps.push(path),
            Some("failed") => bail!(
                "a database was not dumped: {}",
                fs::read_to_string(&path).unwrap_or_default()
            ),
            _ => {}
        }
    }
    sorts.insert("dumps", dumps);
    let output = output(workspace);
    sorts.insert(
        "outputs of tests",
        output.exists().then_some(output).into_iter().collect(),
    );
    Ok(sorts)
}

/// After the whole suite there is something of every sort.
fn complete(kinds: &BTreeMap<&str, usize>, searched: &Sorts) -> anyhow::Result<()> {
    for kind in [
        "app-level token",
        "bot token",
        "client secret",
        "code",
        "refresh token",
        "response_url",
        "rotating bot token",
        "rotating user token",
        "signing secret",
        "single-use refresh token",
        "socket ticket",
        "user token",
        "workspace token",
    ] {
        ensure!(
            kinds.contains_key(kind),
            "no {kind} was handed out: the search would prove nothing"
        );
    }
    for (sort, files) in searched {
        ensure!(!files.is_empty(), "there are no {sort}: the search would prove nothing");
    }
    Ok(())
}

/// One secret of each kind is hidden in a file, in every form: a search that misses it is worth nothing.
fn prove(search: &Search, folder: &Path) -> anyhow::Result<()> {
    let path = folder.join("planted");
    for secret in search.samples() {
        for (form, text) in secret.disguised() {
            // Over the seam of two pieces.
            let mut hidden = vec![b'.'; PIECE - text.len() / 2];
            hidden.extend(text.as_bytes());
            hidden.extend([b'.'; WINDOW_AND_MORE]);
            fs::write(&path, hidden)?;
            let mut finds = BTreeMap::new();
            look_into(search, &path, &mut finds)?;
            ensure!(
                !finds.is_empty(),
                "a {} that was planted as {form} is not found",
                secret.kind
            );
        }
    }
    fs::remove_file(path).context("what was planted cannot be removed")
}

/// So that the last window is whole.
const WINDOW_AND_MORE: usize = 16;

/// First place and number of finds, by file and find.
type Finds = BTreeMap<(PathBuf, Find), (usize, usize)>;

/// Looks into one file, piece by piece; answers its length.
fn look_into(search: &Search, path: &Path, finds: &mut Finds) -> anyhow::Result<usize> {
    let mut file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let (mut piece, mut begin) = (Vec::new(), 0);
    loop {
        let read = file.by_ref().take(PIECE as u64).read_to_end(&mut piece);
        let read = read.with_context(|| format!("{} cannot be read", path.display()))?;
        for (at, find) in search.look(&piece) {
            let place = finds.entry((path.to_owned(), find)).or_insert((begin + at, 0));
            place.1 += 1;
        }
        if read < PIECE {
            return Ok(begin + piece.len());
        }
        let over = piece.len() - OVERLAP;
        piece.drain(..over);
        begin += over;
    }
}
