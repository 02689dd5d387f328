//! Any text is a query or gives an error, and any file is a label set or gives an error.

use std::path::Path;

use lumisift::engine::search::label_set::LabelSet;
use lumisift::engine::search::query::{Query, prompts};

pub fn read(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(query) = Query::parse(text) {
        assert!(query.terms().next().is_some());
        let _ = query.expand(&[]).weights();
    }
    assert!(!prompts(text).is_empty());
    if let Ok(set) = LabelSet::parse(text, Path::new("/labels")) {
        for label in &set.labels {
            let _ = label.training_set();
        }
    }
}
