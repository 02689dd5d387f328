//! Items of a scan: candidate files, and failures.

use std::fs;
use std::path::{Path, PathBuf};

use crate::engine::media::photo::{Candidate, Failure, Stage};

/// An item of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanItem {
    /// A file that may be a photo.
    Candidate(Candidate),
    /// A file or folder that could not be read.
    Failure(Failure),
}

/// A candidate if the file is a regular one, otherwise a failure.
pub fn candidate(path: PathBuf, metadata: &fs::Metadata) -> ScanItem {
    if metadata.is_file() {
        ScanItem::Candidate(Candidate::new(path, metadata))
    } else {
        // Pipes and devices are not opened: reading them could block or never end.
        ScanItem::Failure(Failure::new(
            path,
            Stage::Scan,
            "not a regular file, so it was not opened",
        ))
    }
}

/// The failure for an error of a walk; `fallback` is used if the error has no path.
pub fn walk_failure(error: &walkdir::Error, fallback: &Path) -> Failure {
    let path = error.path().unwrap_or(fallback);
    match error.io_error() {
        Some(error) => Failure::io(path, Stage::Scan, error),
        None => Failure::new(path, Stage::Scan, error),
    }
}
