//! The files of a model's folder.

use std::path::Path;

use crate::engine::inference::checkpoint;

/// Whether a folder has all that a model consists of.
#[must_use]
pub fn is_complete(dir: &Path) -> bool {
    let has = |file: &str| dir.join(file).is_file();
    has(checkpoint::CONFIG)
        && has(checkpoint::PREPROCESSOR)
        && (has(checkpoint::TOKENIZER) || has(checkpoint::VOCABULARY))
        && (has(checkpoint::WEIGHTS) || has(checkpoint::WEIGHTS_INDEX))
}
