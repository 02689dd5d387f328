//! The target folder of an export: whether it is writable, and which disk it is on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::ExportError;

/// Identifies a disk, to predict whether a move is a rename.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskId {
    #[cfg(unix)]
    device: u64,
    #[cfg(not(unix))]
    start: Option<std::ffi::OsString>,
}

impl DiskId {
    /// The disk of a file or folder.
    #[cfg(unix)]
    pub fn of(_: &Path, metadata: &fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            device: metadata.dev(),
        }
    }

    /// The disk of a file or folder.
    #[cfg(not(unix))]
    pub fn of(path: &Path, _: &fs::Metadata) -> Self {
        let full = fs::canonicalize(path).ok();
        let start = full.and_then(|full| Some(full.components().next()?.as_os_str().to_owned()));
        Self { start }
    }
}

/// Returns the target or its nearest existing ancestor, and its disk.
///
/// Checks whether it is writable by creating a temporary file (unnamed where the system supports it). Permission bits
/// say too little (root, access control lists) or mislead (on Windows, the read-only attribute of a folder only means
/// that it is customised).
///
/// # Errors
/// Returns an error if the target is not a folder or not writable.
pub fn check(target: &Path) -> Result<(PathBuf, DiskId), ExportError> {
    let mut base = std::path::absolute(target).unwrap_or_else(|_| target.into());
    loop {
        match fs::metadata(&base) {
            Ok(metadata) if !metadata.is_dir() => {
                return Err(ExportError::NotAFolder { path: base });
            }
            Ok(metadata) => {
                let disk = DiskId::of(&base, &metadata);
                return match tempfile::tempfile_in(&base) {
                    // A full disk is reported later, with the number of bytes required.
                    Err(error) if error.kind() != io::ErrorKind::StorageFull => {
                        Err(ExportError::ReadOnly { path: base })
                    }
                    _ => Ok((base, disk)),
                };
            }
            Err(_) if !base.pop() => {
                return Err(ExportError::NotAFolder {
                    path: target.into(),
                });
            }
            Err(_) => {}
        }
    }
}

/// Whether files may be removed from a folder, as a move requires.
#[cfg(unix)]
pub fn may_remove_from(folder: &Path) -> bool {
    use rustix::fs::{Access, AtFlags, CWD, accessat};
    accessat(
        CWD,
        folder,
        Access::WRITE_OK | Access::EXEC_OK,
        AtFlags::EACCESS,
    )
    .is_ok()
}

/// Whether files may be removed from a folder, which other platforms can only find out by trying.
#[cfg(not(unix))]
pub fn may_remove_from(_: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::files::paths::resolved;

    #[test]
    fn what_can_be_written_is_tried_and_leaves_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let (base, _) = check(&dir.path().join("new/deep")).expect("can be written");
        assert_eq!(base, dir.path());
        assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 0);
        fs::write(dir.path().join("file"), "").expect("written");
        let refused = check(&dir.path().join("file/deep"));
        assert!(matches!(refused, Err(ExportError::NotAFolder { .. })));
    }

    #[test]
    fn a_read_only_attribute_refuses_only_what_cannot_be_written() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut permissions = fs::metadata(dir.path()).expect("there").permissions();
        let before = permissions.clone();
        permissions.set_readonly(true);
        fs::set_permissions(dir.path(), permissions).expect("set");
        let refused = check(dir.path()).is_err();
        let probe = dir.path().join("probe");
        let writable = fs::write(&probe, "").is_ok();
        // Windows allows writing to folders with this attribute, and root may write anywhere.
        assert_ne!(refused, writable);
        if cfg!(windows) {
            assert!(writable);
        }
        fs::set_permissions(dir.path(), before).expect("set back");
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_path_are_followed_as_far_as_it_is_there() {
        let dir = tempfile::tempdir().expect("a folder");
        let real = dir.path().join("real");
        fs::create_dir(&real).expect("made");
        std::os::unix::fs::symlink(&real, dir.path().join("link")).expect("linked");
        let full = fs::canonicalize(&real).expect("there");
        assert_eq!(
            resolved(&dir.path().join("link/new/a.jpg")),
            full.join("new/a.jpg")
        );
        assert_eq!(resolved(&dir.path().join("link")), full);
    }
}
