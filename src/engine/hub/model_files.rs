//! The files of a model folder.

use std::path::Path;

use crate::engine::inference::checkpoint;

/// Whether a folder contains all files that a model requires.
#[must_use]
pub fn is_complete(dir: &Path) -> bool {
    let has = |file: &str| dir.join(file).is_file();
    has(checkpoint::CONFIG)
        && has(checkpoint::PREPROCESSOR)
        && (has(checkpoint::TOKENIZER) || has(checkpoint::VOCABULARY))
        && (has(checkpoint::WEIGHTS) || has(checkpoint::WEIGHTS_INDEX))
}
