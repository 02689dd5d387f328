//! Atomic writes of small files.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Writes a file under a random temporary name, flushes it and renames it. If it replaces a file, it keeps that file's
/// permissions and, where permitted, its owner. Links are replaced, not followed.
///
/// # Errors
/// Returns an error if it cannot be written; an existing file is then unchanged.
pub fn atomic_write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    atomic_write_with(path, |file| file.write_all(bytes))
}

/// Like [`atomic_write`], but the contents are written by a function.
///
/// # Errors
/// As [`atomic_write`].
pub fn atomic_write_with(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    replace(path, Access::Shared, write)
}

/// Like [`atomic_write`] for a file that only the user may read. Links are followed.
///
/// # Errors
/// As [`atomic_write`].
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(&behind_links(path), Access::Private, |file| {
        file.write_all(bytes)
    })
}

fn replace(
    path: &Path,
    access: Access,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut temporary = new_beside(folder, access)?;
    write(temporary.as_file_mut())?;
    if let Ok(before) = fs::symlink_metadata(path)
        && before.is_file()
    {
        keep_access(temporary.as_file(), &before, access);
    }
    temporary.as_file().sync_all()?;
    temporary.persist(path)?;
    #[cfg(unix)]
    // Not every file system can flush a folder; the file itself is safe either way.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Like [`atomic_write`], but links are followed, because users may have made their own files links.
///
/// # Errors
/// As [`atomic_write`].
pub fn atomic_write_through_links(path: &Path, bytes: &[u8]) -> io::Result<()> {
    atomic_write(&behind_links(path), bytes)
}

fn behind_links(path: &Path) -> PathBuf {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => fs::canonicalize(path).unwrap_or_else(|_| path.into()),
        _ => path.into(),
    }
}

/// Who may read a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    /// As the user's other files.
    Shared,
    /// Only the user.
    Private,
}

/// What the names of temporary files begin and end with.
const TEMPORARY: (&str, &str) = (".lumisift-", ".new");

/// Whether a file has the name of one that was being written: it is of no use once its writer is gone.
#[must_use]
pub fn is_temporary_name(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(TEMPORARY.0.as_bytes()) && name.ends_with(TEMPORARY.1.as_bytes())
}

/// A new, empty file in this folder.
fn new_beside(folder: &Path, access: Access) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = match access {
            Access::Shared => 0o666,
            Access::Private => 0o600,
        };
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = access;
    builder.tempfile_in(folder)
}

/// Gives a file the owner and permissions of another, as far as that is allowed.
fn keep_access(file: &File, before: &Metadata, access: Access) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let now = file.metadata();
        if now.is_ok_and(|now| (now.uid(), now.gid()) != (before.uid(), before.gid())) {
            let _ = fchown(file, Some(before.uid()), Some(before.gid()));
        }
    }
    // A file that cannot be written is still one that its owner lets be replaced.
    if access == Access::Shared {
        let _ = file.set_permissions(before.permissions());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).expect("listed").map(|e| e.expect("one"));
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_written_whole_or_not_at_all() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("deep/a.txt");
        atomic_write(&path, b"one").expect("written");
        let failed = atomic_write_with(&path, |file| {
            file.write_all(b"two")?;
            Err(io::Error::other("no more"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).expect("read"), b"one");
        assert_eq!(names(&dir.path().join("deep")), ["a.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_replaced_or_kept_as_asked_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        let read = |name: &str| fs::read_to_string(at(name)).expect("read");
        fs::write(at("victim"), "mine").expect("written");
        fs::set_permissions(at("victim"), fs::Permissions::from_mode(0o640)).expect("set");
        symlink(at("victim"), at("planted")).expect("linked");
        atomic_write(&at("planted"), b"new").expect("written");
        assert_eq!(
            (read("victim"), read("planted")),
            ("mine".into(), "new".into())
        );
        symlink("victim", at("dotfile")).expect("linked");
        atomic_write_through_links(&at("dotfile"), b"kept").expect("written");
        assert_eq!(read("victim"), "kept");
        let found = fs::symlink_metadata(at("dotfile")).expect("there");
        assert!(found.is_symlink());
        let mode = fs::metadata(at("victim"))
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_the_persons_alone_whatever_it_was() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        fs::write(at("kept"), "old").expect("written");
        fs::set_permissions(at("kept"), fs::Permissions::from_mode(0o644)).expect("set");
        symlink("kept", at("settings.json")).expect("linked");
        write_private(&at("settings.json"), b"new").expect("written");
        assert_eq!(fs::read(at("kept")).expect("read"), b"new");
        let mode = |name: &str| fs::metadata(at(name)).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode("kept"), 0o600);
        let link = fs::symlink_metadata(at("settings.json")).expect("there");
        assert!(link.is_symlink());
    }
}
