//! The paths that the documentation names exist.

use crate::sources;

use std::fs;
use std::path::{Path, PathBuf};

/// Folders of the project. A path in a code span that begins with one of them is relative to the project's root.
const FOLDERS: &[&str] = &[
    ".ci",
    ".github",
    "assets",
    "benches",
    "docs",
    "examples",
    "fuzz",
    "packaging",
    "python",
    "src",
    "tests",
];

fn pages(root: &Path) -> Vec<PathBuf> {
    let docs = fs::read_dir(root.join("docs")).expect("listed").flatten();
    let docs = docs.map(|entry| entry.path());
    let docs = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let names = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];
    docs.chain(names.map(|name| root.join(name))).collect()
}

/// The paragraphs of a page, without code blocks.
fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    let outside_code = text.split("\n```").step_by(2);
    outside_code.flat_map(|part| part.split("\n\n"))
}

/// The words in code spans.
fn code_words(text: &str) -> impl Iterator<Item = &str> {
    let spans = paragraphs(text).flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2));
    let words = spans.flat_map(|span| span.split_whitespace());
    words.map(|word| word.trim_end_matches([',', '.', ';', ':']))
}

/// The targets of links to files.
fn link_targets(text: &str) -> impl Iterator<Item = &str> {
    let links = paragraphs(text).flat_map(|paragraph| paragraph.split("](").skip(1));
    let targets = links.filter_map(|link| link.split([')', ' ', '#']).next());
    targets.filter(|target| !target.is_empty() && !target.contains("://"))
}

/// Whether a path is a pattern, contains a placeholder such as `NAME`, or is the output of a build.
fn is_no_file(path: &str) -> bool {
    let is_placeholder = |part: &str| {
        let stem = part.split('.').next().unwrap_or(part);
        stem != "README" && stem.contains(char::is_uppercase) && !stem.contains(char::is_lowercase)
    };
    let mut parts = path.split('/');
    path.contains(['*', '{', '<', '…'])
        || parts.any(|part| part == "target" || is_placeholder(part))
}

#[test]
fn paths_in_the_documentation_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rust = ["src", "tests", "benches"].map(sources::all).concat();
    let exists = |word: &str| {
        let first = word.split('/').next().unwrap_or(word);
        let path = Path::new(word);
        if word.contains('/') && FOLDERS.contains(&first) {
            root.join(path).exists()
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            // Sources are also named relative to the folder of their module.
            root.join(path).exists() || rust.iter().any(|(file, _)| Path::new(file).ends_with(path))
        } else {
            true
        }
    };
    let mut missing = Vec::new();
    for page in pages(root) {
        let text = fs::read_to_string(&page).expect("read");
        let words = code_words(&text).filter(|&word| !is_no_file(word) && !exists(word));
        let folder = page.parent().expect("a folder");
        let targets = link_targets(&text).filter(|target| !folder.join(target).exists());
        let found = words.chain(targets);
        missing.extend(found.map(|path| format!("{}: {path}", page.display())));
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn paths_are_found_in_code_spans_and_links() {
    let text = "See `tests/one.rs`, [two](two.md#part) and\n`sh docs/three.sh --all`, but not\n\
        [this](https://example.org) or [that](#here).\n\n```sh\nls `src/four.rs` [five](five.md)\n```\n";
    let words: Vec<&str> = code_words(text).collect();
    assert_eq!(words, ["tests/one.rs", "sh", "docs/three.sh", "--all"]);
    assert_eq!(link_targets(text).collect::<Vec<_>>(), ["two.md"]);
    for path in ["tests/NAME.rs", "docs/*.md", "fuzz/target/release"] {
        assert!(is_no_file(path), "{path}");
    }
    for path in [".ci/run", "assets/starter/README.md", "src/main.rs"] {
        assert!(!is_no_file(path), "{path}");
    }
}
