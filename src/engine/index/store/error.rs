//! Errors of the store, with messages that say what to do.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// What can go wrong with the store. Each message is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder of the store.
    #[error("the store at {}: {source}; choose another with --store", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database.
    #[error("the store at {}: {source}; choose another with --store", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// Written by a later version of this program.
    #[error("the store at {} was written by a newer Lumisift; choose another with --store", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
    },
    /// Another process cleared or rebuilt it: what was looked up before means nothing now.
    #[error("the store at {} was cleared or rebuilt by another process meanwhile: run this again", dir.display())]
    Superseded {
        /// The store.
        dir: PathBuf,
    },
    /// Something in it is not what was written.
    #[error("{} is damaged: run this again, and what was lost is read anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("the disk of {} is full: {} are free, about {} are needed; make room there, or choose another place with --store", path.display(), megabytes(*free), megabytes(*needed))]
    Full {
        /// A file or folder on that disk.
        path: PathBuf,
        /// Bytes that are free.
        free: u64,
        /// Bytes that are needed, about.
        needed: u64,
    },
    /// A disk that became read-only, or a folder that may not be written any more.
    #[error("{} cannot be written ({reason}): make its disk writable, or choose another place with --store", path.display())]
    ReadOnly {
        /// A file or folder on that disk.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
}

/// A number of bytes as a person reads it.
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1_000_000.0)
}

impl StoreError {
    /// From the system's error about a file; `needed` bytes were to be written, if any.
    pub(super) fn io(path: &Path, needed: u64, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::full(path, needed),
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly {
                path,
                reason: source.to_string(),
            },
            _ => Self::Io { path, source },
        }
    }

    /// From the database's error; `needed` bytes were to be written, if any.
    pub(super) fn database(path: &Path, needed: u64, source: rusqlite::Error) -> Self {
        let path = path.to_path_buf();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::full(path, needed),
            // A log that cannot grow is reported as a system failure.
            Some(ErrorCode::SystemIoFailure) if free_bytes(&path) < needed.max(MIN_FREE_BYTES) => {
                Self::full(path, needed)
            }
            Some(ErrorCode::ReadOnly) => Self::ReadOnly {
                path,
                reason: source.to_string(),
            },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged { path },
            _ => Self::Database { path, source },
        }
    }

    fn full(path: PathBuf, needed: u64) -> Self {
        Self::Full {
            free: free_bytes(&path),
            needed: needed.max(MIN_FREE_BYTES),
            path,
        }
    }

    /// Whether it may go away while the program runs, as a full disk does.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::ReadOnly { .. })
    }

    /// Whether what was looked up before means nothing now, and opening the store again helps.
    #[must_use]
    pub fn needs_reopening(&self) -> bool {
        matches!(self, Self::Superseded { .. } | Self::Damaged { .. })
    }
}

/// What a database wants beside the data itself: its log and a few pages.
const MIN_FREE_BYTES: u64 = 1 << 20;

fn free_bytes(path: &Path) -> u64 {
    let folder = path.parent().filter(|_| !path.is_dir()).unwrap_or(path);
    fs4::available_space(folder).unwrap_or(0)
}
