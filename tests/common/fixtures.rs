//! Files of `tests/fixtures`, whose README says where they come from.
#![allow(dead_code, reason = "each test file uses a part")]

use std::fs;
use std::path::{Path, PathBuf};

/// The path of a fixture.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// The content of a fixture.
pub fn bytes(name: &str) -> Vec<u8> {
    fs::read(path(name)).expect("a fixture")
}

/// The files of the small CLIP, each with its fixture; the weights come last.
pub const CLIP_TINY: [(&str, &str); 4] = [
    ("config.json", "clip-tiny/config.json"),
    (
        "preprocessor_config.json",
        "clip-tiny/preprocessor_config.json",
    ),
    ("tokenizer.json", "clip-tokenizer.json"),
    ("model.safetensors", "clip-tiny/model.safetensors"),
];

/// A folder with the files of a fixture model and the tokenizer that most of them share.
pub fn model_folder(name: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for file in [
        "config.json",
        "preprocessor_config.json",
        "model.safetensors",
    ] {
        fs::copy(path(name).join(file), dir.path().join(file)).expect("copied");
    }
    let own = path(name).join("tokenizer.json");
    let tokenizer = if own.exists() {
        own
    } else {
        path("clip-tokenizer.json")
    };
    fs::copy(tokenizer, dir.path().join("tokenizer.json")).expect("copied");
    dir
}
