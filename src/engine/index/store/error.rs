//! Errors of the store. What to do about them differs between the command line and the window, which add it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::engine::plural::{bytes_rounded_down, bytes_rounded_up};

/// Errors of the store. Each message is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder cannot be read or written.
    #[error("the store at {}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The underlying error.
        source: io::Error,
    },
    /// A database error.
    #[error("the store at {}: {source}", path.display())]
    Database {
        /// Path of the database.
        path: PathBuf,
        /// The underlying error.
        source: rusqlite::Error,
    },
    /// The store was written by a later version of the program.
    #[error("the store at {} was written by a newer Lumisift", path.display())]
    Newer {
        /// Path of the database.
        path: PathBuf,
    },
    /// Another process cleared or replaced the store, so that earlier lookups are invalid.
    #[error("the store at {} was cleared or rebuilt by another process in the meantime", dir.display())]
    Superseded {
        /// Folder of the store.
        dir: PathBuf,
    },
    /// A file is damaged.
    #[error("the store at {} is damaged", path.display())]
    Damaged {
        /// The damaged file.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("the disk of {} is full: {} are free, about {} are needed", path.display(), bytes_rounded_down(*free), bytes_rounded_up(*needed))]
    Full {
        /// A file or folder on that disk.
        path: PathBuf,
        /// Free space in bytes.
        free: u64,
        /// Required space in bytes, approximately.
        needed: u64,
    },
    /// The disk or folder is read-only or has become so.
    #[error("the store at {} cannot be written ({reason})", path.display())]
    ReadOnly {
        /// A file or folder on that disk.
        path: PathBuf,
        /// The operating system's message.
        reason: String,
    },
}

impl StoreError {
    /// Converts an I/O error of a file. `needed` is the number of bytes to be written, if any.
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

    /// Converts a database error. `needed` is the number of bytes to be written, if any.
    pub(super) fn database(path: &Path, needed: u64, source: rusqlite::Error) -> Self {
        let path = path.to_path_buf();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::full(path, needed),
            // SQLite reports a WAL that cannot grow as an I/O error.
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

    /// Whether the error may disappear while the program runs, such as a full disk.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::ReadOnly { .. })
    }

    /// Whether earlier lookups are invalid and reopening the store helps.
    #[must_use]
    pub fn needs_reopening(&self) -> bool {
        matches!(self, Self::Superseded { .. } | Self::Damaged { .. })
    }
}

/// Space that a database needs for its WAL and a few pages, in bytes.
const MIN_FREE_BYTES: u64 = 1 << 20;

fn free_bytes(path: &Path) -> u64 {
    let folder = path.parent().filter(|_| !path.is_dir()).unwrap_or(path);
    fs4::available_space(folder).unwrap_or(0)
}
