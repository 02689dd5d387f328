//! Any bytes are a journal of an export, or are ignored. Nothing is undone, because the paths in it could be real ones.

use std::fs;

use lumisift::engine::organize::export::journal::past;

pub fn read(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("20260101-000000-0.jsonl");
    fs::write(file, bytes).expect("written");
    for past in past(folder.path()) {
        let _ = past.done();
    }
}
