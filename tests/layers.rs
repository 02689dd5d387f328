//! The engine knows nothing of windows or terminals.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

fn sources(dir: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(dir).expect("listed").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push((
                path.display().to_string(),
                fs::read_to_string(&path).expect("read"),
            ));
        }
    }
}

fn all(dir: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(dir), &mut found);
    assert!(!found.is_empty());
    found
}

#[test]
fn core_imports_no_window_and_no_terminal() {
    for (path, text) in all("src/core") {
        for foreign in [
            "egui",
            "eframe",
            "rfd::",
            "indicatif",
            "clap",
            "comfy_table",
            "crate::settings",
        ] {
            assert!(
                !text.contains(&format!("use {foreign}")),
                "{path} uses {foreign}"
            );
            assert!(
                !text.contains(&format!("{foreign}::")),
                "{path} uses {foreign}"
            );
        }
    }
}

#[test]
fn unsafe_code_is_only_where_it_has_a_reason() {
    for (path, text) in all("src") {
        let allowed = [
            "core/mmap.rs",
            "kernels/mod.rs",
            "kernels/tiles.rs",
            "kernels/halves.rs",
            "kernels/dots.rs",
            "units/mod.rs",
            "units/tile.rs",
            "units/x86.rs",
            "units/arm.rs",
            "depthwise/wide.rs",
        ];
        let allowed = allowed.iter().any(|file| path.ends_with(file));
        let used = text.contains("unsafe {") || text.contains("allow(unsafe_code)");
        assert!(!used || allowed, "{path} has unsafe code");
    }
}
