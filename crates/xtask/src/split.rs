//! Cutting the compiled page into the module that every visit needs and those that come with a page of theirs.
//!
//! Where to cut stands in `web/src/pages/lazy.rs`. The cut is made before wasm-bindgen sees the module, by the
//! relocations that the linker leaves (`--emit-relocs` in `.cargo/config.toml`).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, ensure};
use wasm_split_cli_support::{Options, transform};

use crate::files::read;

/// The name of the module that wasm-bindgen writes, as the loader of the others imports it.
pub(crate) const MODULE: &str = "grantbook.js";
/// The loader of the others.
const LOADER: &str = "__wasm_split.js";
/// What stands before every WebAssembly module: `\0asm` and version 1.
const PREAMBLE: usize = 8;

/// A page that has been cut.
#[derive(Debug)]
pub(crate) struct Split {
    /// The module that every visit needs, for wasm-bindgen.
    pub(crate) main: PathBuf,
    /// The loader's name and text.
    pub(crate) loader: (String, Vec<u8>),
    /// The others by name.
    pub(crate) later: Vec<(String, Vec<u8>)>,
}

/// Cuts `wasm`; what comes of it is written to `folder`, which is emptied first.
pub(crate) fn split(wasm: &Path, folder: &Path) -> anyhow::Result<Split> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    let bytes = read(wasm)?;
    let main = folder.join("grantbook.wasm");
    let (link_name, main_module) = (format!("./{LOADER}"), format!("./{MODULE}"));
    let mut options = Options::new(&bytes);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = &link_name;
    options.main_module = &main_module;
    let mut paths = transform(options)
        .map_err(|error| anyhow!("the page cannot be cut into modules: {error:#}"))?
        .split_modules;
    paths.sort();
    let later = paths.iter().map(|path| {
        let name = path
            .file_name()
            .context("a module has no name")?
            .to_string_lossy()
            .into_owned();
        Ok((name, without_names(&read(path)?)?))
    });
    Ok(Split {
        later: later.collect::<anyhow::Result<_>>()?,
        loader: (LOADER.to_owned(), read(&folder.join(LOADER))?),
        main,
    })
}

/// The module without its custom sections: the names of functions are for tools, and weigh as much as the code.
fn without_names(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    ensure!(module.starts_with(b"\0asm"), "what was cut off is no WebAssembly");
    let (preamble, mut rest) = module.split_at(PREAMBLE);
    let mut kept = preamble.to_vec();
    while let Some((&id, after)) = rest.split_first() {
        let (length, head) = leb128(after).context("a section has no length")?;
        let section = 1 + head + length;
        ensure!(section <= rest.len(), "a section is cut short");
        if id != 0 {
            kept.extend_from_slice(&rest[..section]);
        }
        rest = &rest[section..];
    }
    Ok(kept)
}

/// An unsigned number in LEB128, and how many bytes it takes.
fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_sections_go_and_others_stay_as_they_are() {
        let preamble = b"\0asm\x01\0\0\0";
        let kept = [&preamble[..], b"\x01\x02ab"].concat();
        let whole = [&kept[..], b"\0\x80\x01", &[7; 128][..]].concat();
        assert_eq!(without_names(&whole).unwrap(), kept);
    }

    #[test]
    fn a_module_that_is_cut_short_is_refused() {
        assert!(without_names(b"\0asm\x01\0\0\0\x01\x09ab").is_err());
        assert!(without_names(b"<html>").is_err());
        assert_eq!(leb128(&[0xff; 5]), None);
    }
}
