//! Why a file of an export is not put back.

use std::io;
use std::path::PathBuf;

use super::record::Untouchable;

/// Why a file is not put back. The messages leave out the exported file, which the caller names.
#[derive(Debug, thiserror::Error)]
pub(super) enum RollbackError {
    /// The journal does not say enough about the file.
    #[error(transparent)]
    Untouchable(#[from] Untouchable),
    /// An unfinished copy is left.
    #[error("{} cannot be removed: {source}", path.display())]
    TemporaryLeft { path: PathBuf, source: io::Error },
    /// The exported file, its original or the photo behind a link.
    #[error("it stays, because {} cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    /// The disk that the export went to is not connected.
    #[error("it is not there: connect its disk, then undo again")]
    DiskAway,
    /// The exported file was removed or moved by somebody else.
    #[error("it is no longer here")]
    Gone,
    /// The same, and another file has its old name.
    #[error("it is no longer here, and {} is another file now", .0.display())]
    GoneAndReplaced(PathBuf),
    /// The backup of a replaced file is not what was put there.
    #[error("what it replaced is {}, and was changed since", .0.display())]
    BackupChanged(PathBuf),
    /// The name of a replaced file is not free.
    #[error("what it replaced is {}, because its name is taken", .0.display())]
    BackupBlocked(PathBuf),
    /// The backup of a replaced file cannot be renamed.
    #[error("what it replaced is {}: {source}", path.display())]
    BackupLeft { path: PathBuf, source: io::Error },
    /// The exported file is not what was written.
    #[error("it was changed since, so it stays")]
    Changed,
    /// The original does not exist any more.
    #[error("it stays, because {} is gone", .0.display())]
    SourceGone(PathBuf),
    /// The original is not the file that was exported.
    #[error("it stays, because {} is another file now", .0.display())]
    SourceReplaced(PathBuf),
    /// The original is a link to the exported file.
    #[error("it stays, because {} leads to this very file now", .0.display())]
    SameFile(PathBuf),
    /// The original's name is not free.
    #[error("it stays here, because there is another {} now", .0.display())]
    SourceTaken(PathBuf),
    /// What the original led to was changed.
    #[error("it stays, because what {} led to is no longer the same", .0.display())]
    GoalChanged(PathBuf),
    /// The file cannot be moved to where it was.
    #[error("it cannot go back to {}: {source}", path.display())]
    NotReturned { path: PathBuf, source: io::Error },
    /// The exported file cannot be removed.
    #[error("it cannot be removed: {0}")]
    NotRemoved(io::Error),
}
