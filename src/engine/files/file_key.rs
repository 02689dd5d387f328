//! Whether two paths lead to the same file or folder.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

/// What a file or folder is, apart from its names: two paths with equal keys lead to one.
///
/// Device and inode on Unix. Elsewhere the resolved path, which recognises symbolic links but no hard links.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FileKey {
    /// Device and inode.
    Inode(u64, u64),
    /// The resolved path.
    Path(PathBuf),
}

impl FileKey {
    /// Of what a path leads to, links followed.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        Self::with(path, &fs::metadata(path).ok()?)
    }

    /// Of a path whose metadata is known already.
    #[cfg(unix)]
    #[must_use]
    pub fn with(_: &Path, metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self::Inode(metadata.dev(), metadata.ino()))
    }

    /// Of a path whose metadata is known already.
    #[cfg(not(unix))]
    #[must_use]
    pub fn with(path: &Path, _: &Metadata) -> Option<Self> {
        fs::canonicalize(path).ok().map(Self::Path)
    }
}

/// Whether a file has other names (hard links), as far as the system reports them.
#[cfg(unix)]
#[must_use]
pub fn has_other_names(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.nlink() > 1
}

/// Whether a file has other names (hard links), as far as the system reports them.
#[cfg(not(unix))]
#[must_use]
pub fn has_other_names(_: &Metadata) -> bool {
    false
}
