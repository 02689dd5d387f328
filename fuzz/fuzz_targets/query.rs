//! Any text is a query or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lumisift::engine::search::query::{Query, prompts};

fuzz_target!(|text: &str| {
    if let Ok(query) = Query::parse(text) {
        assert!(!query.terms.is_empty());
    }
    assert!(!prompts(text).is_empty());
});
