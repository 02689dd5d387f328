//! Results of a scan: a candidate file, or why something could not be read.

use std::fs;
use std::path::{Path, PathBuf};

use crate::engine::media::photo::{Candidate, Failure, Stage};

/// One thing that a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanItem {
    /// A file that may be a photo.
    Candidate(Candidate),
    /// A file or folder that could not be looked at.
    Failure(Failure),
}

/// A file that is taken if it is a regular one.
pub fn candidate(path: PathBuf, metadata: &fs::Metadata) -> ScanItem {
    if metadata.is_file() {
        ScanItem::Candidate(Candidate::new(path, metadata))
    } else {
        // A pipe or a device would block or never end: it is not opened.
        ScanItem::Failure(Failure::new(
            path,
            Stage::Scan,
            "not a regular file, so it was not opened",
        ))
    }
}

/// What went wrong in a walk, at this path unless the error knows a better one.
pub fn walk_failure(error: &walkdir::Error, fallback: &Path) -> Failure {
    let path = error.path().unwrap_or(fallback);
    match error.io_error() {
        Some(error) => Failure::io(path, Stage::Scan, error),
        None => Failure::new(path, Stage::Scan, error),
    }
}
