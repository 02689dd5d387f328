//! Keeps the pictures that tests write, as seeds for fuzzing.

use std::path::PathBuf;

/// Writes `file` into the folder `LUMISIFT_CORPUS`, if that is set, under the hash of its bytes.
pub fn keep(file: &[u8]) {
    let Some(folder) = std::env::var_os("LUMISIFT_CORPUS").map(PathBuf::from) else {
        return;
    };
    std::fs::create_dir_all(&folder).expect("a folder for the corpus");
    let name = blake3::hash(file).to_hex();
    std::fs::write(folder.join(&name[..16]), file).expect("a file of the corpus");
}
