//! The folders and files at which a scan starts.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Deduplicated roots; if subfolders are walked, folders inside other roots are omitted.
pub struct ScanRoots {
    /// Files, and paths that do not exist.
    pub files: Vec<PathBuf>,
    pub folders: Vec<PathBuf>,
    /// Resolved paths of the folders.
    pub real: Vec<PathBuf>,
}

impl ScanRoots {
    pub fn of(roots: &[PathBuf], subfolders: bool) -> Self {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for root in roots {
            match fs::metadata(root) {
                Ok(metadata) if metadata.is_dir() => {
                    let real = fs::canonicalize(root).unwrap_or_else(|_| root.clone());
                    folders.push((root.clone(), real));
                }
                _ => files.push(root.clone()),
            }
        }
        let all: HashSet<PathBuf> = folders.iter().map(|(_, real)| real.clone()).collect();
        let inside = |real: &Path| real.ancestors().skip(1).any(|above| all.contains(above));
        let mut seen = HashSet::new();
        folders.retain(|(_, real)| seen.insert(real.clone()) && !(subfolders && inside(real)));
        let (folders, real) = folders.into_iter().unzip();
        Self {
            files,
            folders,
            real,
        }
    }
}
