//! What the documentation points at is there: files, headings, and the places in the code that the map names.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn pages(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            pages(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    Ok(())
}

/// What stands between `before` and `after`, each time.
fn between<'a>(text: &'a str, before: &'a str, after: char) -> impl Iterator<Item = &'a str> {
    text.split(before)
        .skip(1)
        .filter_map(move |rest| rest.split(after).next())
}

/// A heading's name in an address, as forges make it.
fn fragment(heading: &str) -> String {
    let kept = heading
        .trim()
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || "-_ ".contains(*c))
        .collect::<String>();
    kept.replace(' ', "-")
}

/// Whether a relative link leads to a file and, where it names one, a heading.
fn leads_somewhere(page: &Path, link: &str) -> bool {
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() {
        page.to_owned()
    } else {
        page.with_file_name(path)
    };
    if heading.is_empty() {
        return target.exists();
    }
    let headings = |text: String| {
        text.lines()
            .filter(|line| line.starts_with('#'))
            .any(|line| fragment(line.trim_start_matches('#')) == heading)
    };
    fs::read_to_string(target).is_ok_and(headings)
}

#[test]
fn every_relative_link_and_every_named_place_is_there() -> anyhow::Result<()> {
    let root = root();
    let mut found = vec![root.join("README.md")];
    pages(&root.join("docs"), &mut found)?;
    let (mut links, mut lost) = (0, Vec::new());
    for page in &found {
        let text = fs::read_to_string(page).with_context(|| page.display().to_string())?;
        for link in between(&text, "](", ')').filter(|link| !link.contains("://")) {
            links += 1;
            if !leads_somewhere(page, link) {
                lost.push(format!("{}: {link}", page.display()));
            }
        }
        for place in ["crates/", "web/src/", "tests/", "migrations/src/"] {
            let before = format!("`{place}");
            for rest in between(&text, &before, '`').filter(|rest| !rest.contains(['<', '*', ' '])) {
                if !root.join(place).join(rest).exists() {
                    lost.push(format!("{}: {place}{rest}", page.display()));
                }
            }
        }
    }
    assert!(found.len() > 15 && links > 20, "{} pages, {links} links", found.len());
    assert_eq!(lost, Vec::<String>::new());
    Ok(())
}
