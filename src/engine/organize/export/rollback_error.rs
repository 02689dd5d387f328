//! Why a file of an export cannot be rolled back.

use std::io;
use std::path::PathBuf;

use super::record::IncompleteRecord;

/// Why a file is not rolled back. The messages omit the exported file, which the caller names.
#[derive(Debug, thiserror::Error)]
pub(super) enum RollbackError {
    /// The journal lacks necessary information about the file.
    #[error(transparent)]
    IncompleteRecord(#[from] IncompleteRecord),
    /// A temporary copy cannot be removed.
    #[error("{} cannot be removed: {source}", path.display())]
    TemporaryLeft { path: PathBuf, source: io::Error },
    /// The exported file, its original or the target of a link cannot be read.
    #[error("it stays, because {} cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    /// The target's disk is disconnected.
    #[error("it is not there: connect its disk, then undo again")]
    DiskDisconnected,
    /// The exported file was removed or moved by another program.
    #[error("it is no longer here")]
    Gone,
    /// Like `Gone`, and another file now has its original name.
    #[error("it is no longer here, and {} is another file now", .0.display())]
    GoneAndReplaced(PathBuf),
    /// The backup of a replaced file has been modified.
    #[error("the file that it replaced is kept as {}, and was changed since", .0.display())]
    BackupChanged(PathBuf),
    /// The original name of a replaced file is taken.
    #[error("the file that it replaced is kept as {}, because its name is taken", .0.display())]
    BackupBlocked(PathBuf),
    /// The backup of a replaced file cannot be renamed.
    #[error("the file that it replaced is kept as {}: {source}", path.display())]
    BackupLeft { path: PathBuf, source: io::Error },
    /// The exported file has been modified.
    #[error("it was changed since, so it stays")]
    Changed,
    /// The original no longer exists.
    #[error("it stays, because {} is gone", .0.display())]
    SourceGone(PathBuf),
    /// The original is not the file that was exported.
    #[error("it stays, because {} is another file now", .0.display())]
    SourceReplaced(PathBuf),
    /// The original is a link to the exported file.
    #[error("it stays, because {} now leads to this same file", .0.display())]
    SameFile(PathBuf),
    /// The original's name is taken.
    #[error("it stays here, because there is now another {}", .0.display())]
    SourceTaken(PathBuf),
    /// The photo that the original link pointed to has changed.
    #[error("it stays, because the target of {} has changed", .0.display())]
    LinkTargetChanged(PathBuf),
    /// The file cannot be moved back.
    #[error("it cannot go back to {}: {source}", path.display())]
    NotReturned { path: PathBuf, source: io::Error },
    /// The exported file cannot be removed.
    #[error("it cannot be removed: {0}")]
    NotRemoved(io::Error),
}
