//! All operations that change the disk during an export, so that tests can make any of them fail.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

pub use super::attributes::LostAttributes;

/// Disk operations. Only [`Ops::rename_over_nothing`] might replace a file.
pub trait Ops: Sync {
    /// Creates a new file for writing.
    ///
    /// # Errors
    /// Returns [`io::ErrorKind::AlreadyExists`] if the name is taken, or the system's error.
    fn create(&self, path: &Path) -> io::Result<File> {
        File::create_new(path)
    }

    /// Writes all bytes.
    ///
    /// # Errors
    /// Returns the system's error.
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    /// Flushes a file's data and metadata to disk (`fsync`).
    ///
    /// # Errors
    /// Returns the system's error.
    fn flush(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    /// Flushes a folder's entries to disk, where the system supports this.
    fn flush_folder(&self, folder: &Path) {
        if let Ok(folder) = File::open(folder) {
            // Windows cannot flush folders, and does not need to.
            let _ = folder.sync_all();
        }
    }

    /// Copies the attributes of `from` to `to`, the owner only if `owner` is set. Returns those that the file system
    /// rejected.
    fn copy_attributes(&self, from: &File, to: &File, owner: bool) -> LostAttributes {
        super::attributes::copy(from, to, owner)
    }

    /// Renames a file atomically, without replacing another.
    ///
    /// # Errors
    /// Returns [`io::ErrorKind::Unsupported`] where the system lacks this operation, or the system's error.
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        rename_new(from, to)
    }

    /// Renames a file to a name that the caller has just found unused.
    ///
    /// # Errors
    /// Returns the system's error.
    fn rename_over_nothing(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    /// Creates a hard link.
    ///
    /// # Errors
    /// Returns the system's error.
    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    /// Creates a symbolic link.
    ///
    /// # Errors
    /// Returns the system's error.
    fn symlink(&self, goal: &Path, link: &Path) -> io::Result<()> {
        #[cfg(unix)]
        return std::os::unix::fs::symlink(goal, link);
        #[cfg(windows)]
        return std::os::windows::fs::symlink_file(goal, link);
    }

    /// Removes a file or symbolic link.
    ///
    /// # Errors
    /// Returns the system's error.
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    /// Creates a folder.
    ///
    /// # Errors
    /// Returns the system's error.
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    /// Removes an empty folder.
    ///
    /// # Errors
    /// Returns the system's error.
    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }
}

/// The real disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Ops for Disk {}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
}

/// On Windows, the standard library does not expose a rename that never replaces.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn rename_new(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
