//! Runs the fuzzed readers over the fuzzing seeds, whole and cut in half. There is no sanitizer, so this takes only
//! seconds. `.ci/fuzz` runs the readers over generated inputs.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../fuzz/readers/checkpoint.rs"]
mod checkpoint;
#[path = "../fuzz/readers/containers.rs"]
mod containers;
#[path = "../fuzz/readers/dates.rs"]
mod dates;
#[path = "../fuzz/readers/decode.rs"]
mod decode;
#[path = "../fuzz/readers/exif.rs"]
mod exif;
#[path = "../fuzz/readers/journal.rs"]
mod journal;
#[path = "../fuzz/readers/label_set.rs"]
mod label_set;
#[path = "../fuzz/readers/manifest.rs"]
mod manifest;
#[path = "../fuzz/readers/query.rs"]
mod query;
#[path = "../fuzz/readers/takeout.rs"]
mod takeout;
#[cfg(feature = "video")]
#[path = "../fuzz/readers/video.rs"]
mod video;
#[path = "../fuzz/readers/xmp.rs"]
mod xmp;

use std::fs;
use std::path::Path;

/// Largest seed, as in `fuzz/run.py`.
const MAX_BYTES: u64 = 1 << 20;

fn collect(folder: &Path, found: &mut Vec<Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("listed").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if entry.metadata().expect("a size").len() <= MAX_BYTES {
            found.push(fs::read(&path).expect("read"));
        }
    }
}

fn over_seeds(read: fn(&[u8])) {
    let mut seeds = Vec::new();
    for folder in ["tests/fixtures", "assets/samples", "assets/labels"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        collect(&root.join(folder), &mut seeds);
    }
    assert!(seeds.len() > 80, "{} seeds", seeds.len());
    for seed in &seeds {
        read(seed);
        read(&seed[..seed.len() / 2]);
    }
}

/// The first byte selects the file of a model that the rest represents.
#[test]
fn checkpoint() {
    over_seeds(|seed| {
        for which in 0..4 {
            checkpoint::read(&[&[which], seed].concat());
        }
    });
}

#[test]
fn containers() {
    over_seeds(containers::read);
}

#[test]
fn dates() {
    over_seeds(dates::read);
}

#[test]
fn decode() {
    over_seeds(decode::read);
}

#[test]
fn exif() {
    over_seeds(exif::read);
}

#[test]
fn journal() {
    over_seeds(journal::read);
}

#[test]
fn label_set() {
    over_seeds(label_set::read);
}

#[test]
fn manifest() {
    over_seeds(manifest::read);
}

#[test]
fn query() {
    over_seeds(query::read);
}

#[test]
fn takeout() {
    over_seeds(takeout::read);
}

#[cfg(feature = "video")]
#[test]
fn video() {
    over_seeds(video::read);
}

#[test]
fn xmp() {
    over_seeds(xmp::read);
}
