//! All operations of an export that change a disk, so that tests can make any of them fail.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

pub use super::attributes::LostAttributes;

/// Changes to a disk. None of them replaces a file, but for [`Ops::rename_over_nothing`].
pub trait Ops: Sync {
    /// Makes a file that is not there, for writing.
    ///
    /// # Errors
    /// As the system has them; [`io::ErrorKind::AlreadyExists`] if something has the name.
    fn create(&self, path: &Path) -> io::Result<File> {
        File::create_new(path)
    }

    /// Writes all bytes.
    ///
    /// # Errors
    /// As the system has them.
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    /// Waits until a file is on the disk.
    ///
    /// # Errors
    /// As the system has them.
    fn flush(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    /// Waits until the names in a folder are on the disk, where the system can be asked to.
    fn flush_folder(&self, folder: &Path) {
        if let Ok(folder) = File::open(folder) {
            // Windows does not let folders be flushed, and does it by itself.
            let _ = folder.sync_all();
        }
    }

    /// Gives a copy what its original has besides bytes; the owner only if asked for. Returns what the file
    /// system refused.
    fn dress(&self, from: &File, to: &File, owner: bool) -> LostAttributes {
        super::attributes::copy(from, to, owner)
    }

    /// Gives a file a name that nothing has, in one step.
    ///
    /// # Errors
    /// As the system has them; [`io::ErrorKind::Unsupported`] where it knows no such step.
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        rename_new(from, to)
    }

    /// Gives a file a name of which the caller has just seen that nothing has it.
    ///
    /// # Errors
    /// As the system has them.
    fn rename_over_nothing(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    /// Gives a file a second name.
    ///
    /// # Errors
    /// As the system has them.
    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    /// Makes a symbolic link.
    ///
    /// # Errors
    /// As the system has them.
    fn symlink(&self, goal: &Path, link: &Path) -> io::Result<()> {
        #[cfg(unix)]
        return std::os::unix::fs::symlink(goal, link);
        #[cfg(windows)]
        return std::os::windows::fs::symlink_file(goal, link);
    }

    /// Removes the name of a file or link.
    ///
    /// # Errors
    /// As the system has them.
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    /// Makes a folder.
    ///
    /// # Errors
    /// As the system has them.
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    /// Removes a folder, if it is empty.
    ///
    /// # Errors
    /// As the system has them.
    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }
}

/// The disk itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Ops for Disk {}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
}

/// Windows renames without replacing only through a call that the standard library does not have.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn rename_new(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
