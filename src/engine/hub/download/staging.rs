//! The staging folder of a download: its lock, and safe access to its files.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

use super::{DownloadError, io};
use crate::engine::cancel::Cancel;
use crate::engine::files::regular;
use crate::engine::hub::download::progress::{DownloadStage, ProgressReporter};
use crate::engine::hub::endpoint::RepoId;

/// Folder of lock files, in the models folder.
const LOCKS: &str = ".locks";
/// Polling interval while another process holds the lock.
const LOCK_POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Exclusive right to download a model, held by one process at a time; released on drop or when the process exits.
pub struct DownloadTurn {
    _lock: File,
}

impl DownloadTurn {
    /// Waits until no other process is downloading the model.
    pub fn wait(
        models: &Path,
        repo: &RepoId,
        cancel: &Cancel,
        reporter: &mut ProgressReporter,
    ) -> Result<Self, DownloadError> {
        let folder = models.join(LOCKS);
        fs::create_dir_all(&folder).map_err(io(&folder))?;
        // The lock file is never removed: removing it would let two processes acquire the lock.
        let path = folder.join(repo.as_str().replace('/', "--"));
        let lock = regular::create_for_append(&path).map_err(io(&path))?;
        let mut reported = false;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { _lock: lock }),
                Err(TryLockError::Error(error)) => return Err(io(&path)(error)),
                Err(TryLockError::WouldBlock) => {}
            }
            if cancel.is_cancelled() {
                return Err(DownloadError::Cancelled);
            }
            if !reported {
                reported = true;
                reporter.download_progress.step = DownloadStage::Waiting;
                reporter.report();
            }
            std::thread::sleep(LOCK_POLL_INTERVAL);
        }
    }
}

/// Creates the folder. A symbolic link in its place is removed, as it would redirect the files elsewhere.
pub fn make_folder(dir: &Path) -> Result<(), DownloadError> {
    if fs::symlink_metadata(dir).is_ok_and(|found| !found.is_dir()) {
        fs::remove_file(dir).map_err(io(dir))?;
    }
    fs::create_dir_all(dir).map_err(io(dir))
}

/// Renames the folder to the model's name. An existing folder is incomplete and is moved away first.
pub fn give_name(dir: &Path, done: &Path) -> Result<(), DownloadError> {
    if fs::symlink_metadata(done).is_ok() {
        let name = done.file_name().unwrap_or_default();
        let beside = done.parent().unwrap_or(Path::new("."));
        let replaced = tempfile::Builder::new()
            .prefix(".replaced-")
            .tempdir_in(beside)
            .map_err(io(beside))?;
        fs::rename(done, replaced.keep().join(name)).map_err(io(done))?;
    }
    fs::rename(dir, done).map_err(io(done))
}

/// The size of a regular file; 0 for anything else.
pub fn length(path: &Path) -> u64 {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => found.len(),
        _ => 0,
    }
}

/// Removes a file or symbolic link, but not a folder.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Opens the destination file: an existing partial file to resume, or a new one, created exclusively.
pub fn open_part(path: &Path, resumed: bool) -> io::Result<File> {
    if resumed {
        return regular::append_in_place(path);
    }
    remove(path)?;
    File::create_new(path)
}
