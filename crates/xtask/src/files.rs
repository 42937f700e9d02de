//! Reading a folder in a fixed order, hashing, compressing, and writing only what changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use brotli::enc::BrotliEncoderParams;
use sha2::{Digest, Sha256};

/// Endings of files that brotli makes smaller; images and fonts are compressed already.
const COMPRESSIBLE: [&str; 9] = ["css", "html", "ico", "js", "json", "svg", "txt", "wasm", "webmanifest"];

/// Every file below `folder`, by path; nothing where there is no such folder.
pub(crate) fn walk(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        if !next.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&next).with_context(|| format!("{} cannot be listed", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path);
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// The file's bytes, or an error that names it.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// Whether brotli is worth it for a file of this name.
pub(crate) fn is_compressible(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|ending| COMPRESSIBLE.iter().any(|known| ending == *known))
}

/// The bytes as brotli; `quality` is 0 to 11.
pub(crate) fn compress(bytes: &[u8], quality: i32) -> anyhow::Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality,
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &params).context("brotli failed")?;
    Ok(compressed)
}

/// SHA-256 in hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Makes `folder` hold exactly these files. What is already right keeps its time stamp, so that nothing
/// which depends on it is built again.
pub(crate) fn mirror(folder: &Path, files: &[(String, Vec<u8>)]) -> anyhow::Result<()> {
    let wanted: BTreeSet<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
    for stale in walk(folder)?.iter().filter(|path| !wanted.contains(*path)) {
        fs::remove_file(stale).with_context(|| format!("{} cannot be removed", stale.display()))?;
    }
    for (name, bytes) in files {
        let path = folder.join(name);
        if fs::read(&path).is_ok_and(|present| present == *bytes) {
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("{} cannot be created", parent.display()))?;
        }
        fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_removes_what_is_stale_and_leaves_what_is_right() {
        let folder = tempfile::tempdir().unwrap();
        mirror(
            folder.path(),
            &[
                ("assets/a.js".into(), b"a".to_vec()),
                ("index.html".into(), b"1".to_vec()),
            ],
        )
        .unwrap();
        let untouched = fs::metadata(folder.path().join("index.html"))
            .unwrap()
            .modified()
            .unwrap();
        mirror(
            folder.path(),
            &[
                ("assets/b.js".into(), b"b".to_vec()),
                ("index.html".into(), b"1".to_vec()),
            ],
        )
        .unwrap();
        let names: Vec<_> = walk(folder.path()).unwrap();
        assert_eq!(
            names,
            [folder.path().join("assets/b.js"), folder.path().join("index.html")]
        );
        assert_eq!(
            fs::metadata(folder.path().join("index.html"))
                .unwrap()
                .modified()
                .unwrap(),
            untouched
        );
    }

    #[test]
    fn images_are_left_uncompressed() {
        assert!(is_compressible("assets/page.0a1b.wasm"));
        assert!(!is_compressible("icon.png"));
        assert!(!is_compressible("LICENSE"));
    }
}
