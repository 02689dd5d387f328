//! Any text is a label set or gives an error.

use std::path::Path;

use lumisift::engine::search::label_set::LabelSet;

pub fn read(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = LabelSet::parse(text, Path::new(""));
}
