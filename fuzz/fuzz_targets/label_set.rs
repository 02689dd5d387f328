//! Any text is a set of labels or an error.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use lumisift::engine::search::label_set::LabelSet;

fuzz_target!(|text: &str| {
    let _ = LabelSet::parse(text, Path::new(""));
});
