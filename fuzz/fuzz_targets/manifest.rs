//! Any bytes are a manifest or an error.
#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use lumisift::engine::organize::export::manifest::Manifest;

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["manifest.json", "manifest.csv"] {
        let file = folder.path().join(name);
        fs::write(&file, bytes).expect("written");
        if let Ok(manifest) = Manifest::read(&file) {
            let _ = manifest.items();
        }
    }
});
