//! Any bytes are a journal of an export, or passed over. Nothing is undone: the paths in it could be real ones.
#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use lumisift::engine::organize::export::journal::past;

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("20260101-000000-0.jsonl");
    fs::write(file, bytes).expect("written");
    for past in past(folder.path()) {
        let _ = past.done();
    }
});
