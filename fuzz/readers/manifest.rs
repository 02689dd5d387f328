//! Any bytes are a manifest or give an error.

use std::fs;

use lumisift::engine::organize::export::manifest::Manifest;

pub fn read(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["manifest.json", "manifest.csv"] {
        let file = folder.path().join(name);
        fs::write(&file, bytes).expect("written");
        if let Ok(manifest) = Manifest::read(&file) {
            let _ = manifest.items();
        }
    }
}
