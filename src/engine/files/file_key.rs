//! Whether two paths lead to the same file or folder.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use same_file::Handle;

use super::regular::open_no_link;

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

/// Tells later whether a path still leads to the same file, rather than to one that has replaced it.
///
/// On Unix the file must be open elsewhere, so that a new file cannot get its inode. It is not opened here: closing it
/// would release all POSIX locks of the process on it, such as SQLite's.
#[cfg(unix)]
#[derive(Debug, PartialEq, Eq)]
pub struct FileInstance(FileKey);

/// Tells later whether a path still leads to the same file, rather than to one that has replaced it.
#[cfg(not(unix))]
#[derive(Debug, PartialEq, Eq)]
pub struct FileInstance(Handle);

impl FileInstance {
    /// Of what a path leads to, links followed; `None` if it cannot be determined.
    #[cfg(unix)]
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        FileKey::of(path).map(Self)
    }

    /// Of what a path leads to, links followed; `None` if it cannot be determined.
    #[cfg(not(unix))]
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        Handle::from_path(path).ok().map(Self)
    }
}

/// Whether a path leads to this open file, rather than to one that has replaced it. A [`FileKey`] cannot tell where it
/// is a path.
///
/// # Errors
/// If the path leads to no regular file that can be opened.
pub fn refers_to(path: &Path, file: &File) -> io::Result<bool> {
    let there = open_no_link(OpenOptions::new().read(true), path)?;
    Ok(Handle::from_file(there)? == Handle::from_file(file.try_clone()?)?)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_replaced_another_is_not_taken_for_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a");
        let file = File::create(&path).expect("created");
        assert!(refers_to(&path, &file).expect("opened"));
        fs::remove_file(&path).expect("removed");
        assert!(refers_to(&path, &file).is_err());
        fs::write(&path, "").expect("written");
        assert!(!refers_to(&path, &file).expect("opened"));
        fs::hard_link(&path, dir.path().join("b")).expect("linked");
        let file = File::open(dir.path().join("b")).expect("opened");
        assert!(refers_to(&path, &file).expect("opened"));
    }

    #[test]
    fn a_file_keeps_its_identity_and_a_replacement_has_another() {
        let dir = tempfile::tempdir().expect("a folder");
        let [path, aside, other] = ["a", "b", "c"].map(|name| dir.path().join(name));
        fs::write(&path, "").expect("written");
        fs::write(&other, "").expect("written");
        let identity = FileInstance::of(&path);
        assert!(identity.is_some());
        fs::write(&path, "longer").expect("written");
        assert_eq!(FileInstance::of(&path), identity);
        fs::rename(&path, &aside).expect("renamed");
        assert_eq!(FileInstance::of(&path), None);
        assert_eq!(FileInstance::of(&aside), identity);
        fs::rename(&other, &path).expect("renamed");
        assert_ne!(FileInstance::of(&path), identity);
    }
}
