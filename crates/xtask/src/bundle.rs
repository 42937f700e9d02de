//! Assembling the page: from compiled code, styles, public files and a template to the files of
//! `web/dist`. Nothing here touches the disk.
//!
//! What lies under `assets/` has its content's hash in its name and may be cached for ever; everything
//! else keeps its name. No script is inline, so the page runs under `script-src 'self' 'wasm-unsafe-eval'`.

use anyhow::{bail, ensure};

use crate::files::{compress, digest, is_compressible};
use crate::split::MODULE;

/// Where `index.html` takes the links to everything else.
const HEAD: &str = "<!-- grantbook:head -->";

/// What compressed script, wasm and styles together may weigh before the page works, in a release.
pub(crate) const BAR: usize = 350_000;

/// What wasm-bindgen makes of the compiled crate.
#[derive(Debug, Default)]
pub(crate) struct Code {
    /// The module that loads the wasm and gives it the browser's interfaces.
    pub(crate) js: String,
    /// The compiled page.
    pub(crate) wasm: Vec<u8>,
    /// Scripts that the module imports, by their path beside it: the loader of what comes later, and what
    /// crates bring along.
    pub(crate) scripts: Vec<(String, Vec<u8>)>,
    /// Compiled pages that come when they are opened, by their name beside the module.
    pub(crate) later: Vec<(String, Vec<u8>)>,
}

/// Everything the page is made of.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// The compiled crate.
    pub(crate) code: Code,
    /// `web/index.html`.
    pub(crate) template: String,
    /// `web/styles`, in the order in which they apply.
    pub(crate) styles: Vec<(String, Vec<u8>)>,
    /// `web/public`, by path. Scripts at the top are loaded in the head, before the styles.
    pub(crate) public: Vec<(String, Vec<u8>)>,
}

/// The finished page.
#[derive(Debug)]
pub(crate) struct Bundle {
    /// Path below `web/dist`, and content; compressed siblings included.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// Bytes of each file as they are and as brotli, for those that have a compressed sibling.
    pub(crate) sizes: Vec<Size>,
}

/// How much of the reader's line one file takes.
#[derive(Debug)]
pub(crate) struct Size {
    /// Path below `web/dist`.
    pub(crate) name: String,
    /// Bytes on disk.
    pub(crate) raw: usize,
    /// Bytes as brotli.
    pub(crate) compressed: usize,
    /// Not needed before the page works.
    pub(crate) later: bool,
}

impl Bundle {
    /// Names, hashes, links and compresses the sources; `quality` is brotli's, 0 to 11.
    pub(crate) fn assemble(sources: Sources, quality: i32) -> anyhow::Result<Self> {
        let mut plain = Vec::new();
        let mut head = Vec::new();
        for (name, bytes) in sources.public {
            match name.strip_suffix(".js") {
                Some(stem) if !name.contains('/') => {
                    let path = place(&mut plain, stem, "js", bytes);
                    head.push(format!(r#"<script src="/{path}"></script>"#));
                }
                _ => plain.push((name, bytes)),
            }
        }
        let css = place(&mut plain, "style", "css", joined(&sources.styles));
        head.push(format!(r#"<link rel="stylesheet" href="/{css}">"#));
        let later = sources
            .code
            .later
            .iter()
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>();
        head.extend(link_code(&mut plain, sources.code));
        ensure!(
            sources.template.matches(HEAD).count() == 1,
            "web/index.html must contain `{HEAD}` exactly once"
        );
        let index = sources.template.replace(HEAD, &head.join("\n    "));
        ensure!(
            !has_inline_script(&index),
            "web/index.html has an inline script, which the page's policy forbids"
        );
        plain.push(("index.html".to_owned(), index.into_bytes()));
        Self::compressed(plain, &later, quality)
    }

    /// Compressed bytes of what the browser must have before the page works.
    pub(crate) fn weight(&self) -> usize {
        self.sizes
            .iter()
            .filter(|size| size.name.starts_with("assets/") && !size.later)
            .map(|size| size.compressed)
            .sum()
    }

    /// The same, with the pages that come when they are opened.
    pub(crate) fn whole_weight(&self) -> usize {
        self.sizes
            .iter()
            .filter(|size| size.name.starts_with("assets/"))
            .map(|size| size.compressed)
            .sum()
    }

    /// Refuses a page that has grown too heavy.
    pub(crate) fn within_budget(&self) -> anyhow::Result<()> {
        let weight = self.weight();
        if weight > BAR {
            bail!("the page weighs {weight} bytes compressed and may weigh {BAR}");
        }
        Ok(())
    }

    fn compressed(plain: Vec<(String, Vec<u8>)>, later: &[String], quality: i32) -> anyhow::Result<Self> {
        let mut bundle = Self {
            files: Vec::new(),
            sizes: Vec::new(),
        };
        for (name, bytes) in plain {
            if is_compressible(&name) {
                let small = compress(&bytes, quality)?;
                bundle.sizes.push(Size {
                    name: name.clone(),
                    raw: bytes.len(),
                    compressed: small.len(),
                    later: later.iter().any(|file| name.ends_with(&format!("/{file}"))),
                });
                bundle.files.push((format!("{name}.br"), small));
            }
            bundle.files.push((name, bytes));
        }
        Ok(bundle)
    }
}

/// Places the code in one folder that is named by all of it, since its files name each other, and the two lines
/// that start it all; answers their links.
fn link_code(plain: &mut Vec<(String, Vec<u8>)>, code: Code) -> [String; 3] {
    let Code {
        js,
        wasm,
        scripts,
        later,
    } = code;
    let mut files = vec![
        (MODULE.to_owned(), js.into_bytes()),
        ("grantbook.wasm".to_owned(), wasm),
    ];
    files.extend(scripts);
    files.extend(later);
    let all = files
        .iter()
        .map(|(name, bytes)| [name.as_str(), &digest(bytes)].join(" "))
        .collect::<Vec<_>>()
        .join("\n");
    let folder = format!("assets/code.{}", short_hash(all.as_bytes()));
    plain.extend(
        files
            .into_iter()
            .map(|(name, bytes)| (format!("{folder}/{name}"), bytes)),
    );
    let (wasm, js) = (format!("{folder}/grantbook.wasm"), format!("{folder}/{MODULE}"));
    let start = format!("import init from \"/{js}\";\nawait init({{ module_or_path: \"/{wasm}\" }});\n");
    let start = place(plain, "start", "js", start.into_bytes());
    [
        format!(r#"<link rel="preload" href="/{wasm}" as="fetch" type="application/wasm" crossorigin>"#),
        format!(r#"<link rel="modulepreload" href="/{js}">"#),
        format!(r#"<script type="module" src="/{start}"></script>"#),
    ]
}

/// Adds `assets/<stem>.<hash>.<ending>` and answers its path.
fn place(plain: &mut Vec<(String, Vec<u8>)>, stem: &str, ending: &str, bytes: Vec<u8>) -> String {
    let path = format!("assets/{stem}.{}.{ending}", short_hash(&bytes));
    plain.push((path.clone(), bytes));
    path
}

fn short_hash(bytes: &[u8]) -> String {
    digest(bytes).split_off(48)
}

fn joined(styles: &[(String, Vec<u8>)]) -> Vec<u8> {
    styles
        .iter()
        .map(|(_, css)| css.as_slice())
        .collect::<Vec<_>>()
        .join(&b'\n')
}

fn has_inline_script(html: &str) -> bool {
    html.split("<script")
        .skip(1)
        .any(|rest| !rest.split('>').next().unwrap_or_default().contains("src="))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Sources {
        Sources {
            code: Code {
                js: "import './snippets/x/inline0.js'".into(),
                wasm: b"\0asm".to_vec(),
                scripts: Vec::new(),
                later: Vec::new(),
            },
            template: format!("<head>{HEAD}</head>"),
            styles: vec![("a.css".into(), b"a{}".to_vec()), ("b.css".into(), b"b{}".to_vec())],
            public: vec![
                ("favicon.svg".into(), b"<svg/>".to_vec()),
                ("theme.js".into(), b"1".to_vec()),
            ],
        }
    }

    fn text<'a>(bundle: &'a Bundle, start: &str, end: &str) -> &'a str {
        let file = bundle
            .files
            .iter()
            .find(|(name, _)| name.starts_with(start) && name.ends_with(end));
        std::str::from_utf8(&file.unwrap().1).unwrap()
    }

    #[test]
    fn public_scripts_load_before_the_styles_and_the_page_after_them() {
        let bundle = Bundle::assemble(sources(), 1).unwrap();
        let index = text(&bundle, "index", ".html");
        let positions =
            ["/assets/theme.", "/assets/style.", "/assets/code.", "/assets/start."].map(|name| index.find(name));
        assert!(positions.is_sorted() && positions[0].is_some(), "{index}");
        assert!(!has_inline_script(index));
    }

    #[test]
    fn styles_are_joined_in_order() {
        let bundle = Bundle::assemble(sources(), 1).unwrap();
        assert_eq!(text(&bundle, "assets/style.", ".css"), "a{}\nb{}");
    }

    #[test]
    fn other_public_files_keep_their_names() {
        let bundle = Bundle::assemble(sources(), 1).unwrap();
        assert_eq!(text(&bundle, "favicon", ".svg"), "<svg/>");
        assert!(bundle.files.iter().any(|(name, _)| name == "favicon.svg.br"));
    }

    #[test]
    fn code_lies_in_one_folder_that_is_named_by_all_of_it() {
        let folder = |later: &[u8]| {
            let mut sources = sources();
            sources.code.scripts = vec![("snippets/x/inline0.js".into(), b"export {}".to_vec())];
            sources.code.later = vec![("split_history.wasm".into(), later.to_vec())];
            let bundle = Bundle::assemble(sources, 1).unwrap();
            let paths = ["grantbook.js", "snippets/x/inline0.js", "split_history.wasm"].map(|name| {
                let found = bundle.files.iter().find(|(path, _)| path.ends_with(name));
                found.unwrap().0.strip_suffix(name).unwrap().to_owned()
            });
            assert!(paths.iter().all(|path| *path == paths[0]), "{paths:?}");
            paths[0].clone()
        };
        assert_eq!(folder(b"\0asm1"), folder(b"\0asm1"));
        assert_ne!(folder(b"\0asm1"), folder(b"\0asm2"));
    }

    #[test]
    fn what_comes_later_does_not_count_before_the_page_works() {
        let mut sources = sources();
        sources.code.later = vec![("split_history.wasm".into(), vec![7; 100])];
        let bundle = Bundle::assemble(sources, 1).unwrap();
        let later: Vec<_> = bundle.sizes.iter().filter(|size| size.later).collect();
        assert!(
            later.len() == 1 && later[0].name.ends_with("/split_history.wasm"),
            "{later:?}"
        );
        assert_eq!(bundle.whole_weight() - bundle.weight(), later[0].compressed);
    }

    #[test]
    fn an_inline_script_is_refused() {
        let mut sources = sources();
        sources.template.push_str("<script>alert(1)</script>");
        assert!(Bundle::assemble(sources, 1).is_err());
    }

    #[test]
    fn a_template_without_the_marker_is_refused() {
        let sources = Sources {
            template: "<head></head>".into(),
            ..sources()
        };
        assert!(Bundle::assemble(sources, 1).is_err());
    }

    #[test]
    fn a_page_over_the_budget_is_refused() {
        let mut bundle = Bundle::assemble(sources(), 1).unwrap();
        bundle.within_budget().unwrap();
        bundle.sizes.push(Size {
            name: "assets/huge.wasm".into(),
            raw: BAR * 3,
            compressed: BAR,
            later: false,
        });
        assert!(bundle.within_budget().is_err());
    }
}
