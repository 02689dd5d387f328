//! Atomic replacement of the user's own files: a temporary file beside the old one takes its place, with its
//! permissions, owner and extended attributes. A symbolic link stays, and its target is replaced.

use std::fs::{self, File, Metadata, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// An unpredictable name for temporary files.
#[must_use]
pub fn random_name() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

/// The file behind a path, links followed; the path itself if nothing is there.
///
/// # Errors
/// If it is a link that leads nowhere.
pub fn target(path: &Path) -> io::Result<PathBuf> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => fs::canonicalize(path),
        _ => Ok(path.into()),
    }
}

/// The temporary file for a target.
#[must_use]
pub fn temporary(target: &Path, name: &str) -> PathBuf {
    target.with_file_name(format!(".lumisift-{name}.tmp"))
}

/// Writes a file and lets it take the place of `target`, once `write` and `check` have succeeded with it.
///
/// # Errors
/// If it cannot be written; then `target` is as it was, and no temporary file stays.
pub fn replace(
    target: &Path,
    temporary: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
    check: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let old = fs::metadata(target).ok();
    let mut options = OpenOptions::new();
    options.write(true).read(true).create_new(true);
    #[cfg(unix)]
    if old.is_some() {
        // Nobody else reads it before it has the permissions of the old one.
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut file = options.open(temporary)?;
    let written = write(&mut file)
        .and_then(|()| {
            old.as_ref()
                .map_or(Ok(()), |old| copy_attributes(&file, target, old))
        })
        .and_then(|()| file.sync_all())
        .and_then(|()| {
            drop(file);
            check(temporary)
        })
        .and_then(|()| fs::rename(temporary, target));
    if written.is_err() {
        let _ = fs::remove_file(temporary);
    } else {
        sync_folder(target);
    }
    written
}

/// Writes these bytes in the place of what a path leads to.
///
/// # Errors
/// As of [`replace`].
pub fn replace_with(path: &Path, temporary: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(
        &target(path)?,
        temporary,
        |file| file.write_all(bytes),
        |_| Ok(()),
    )
}

/// Copies owner, extended attributes and permissions of the old file, as far as the file system and the user's rights
/// allow. Failures are ignored.
#[cfg(unix)]
fn copy_attributes(file: &File, old: &Path, metadata: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let ours = file.metadata()?;
    let (user, group) = (metadata.uid(), metadata.gid());
    if (ours.uid(), ours.gid()) != (user, group) && fchown(file, Some(user), Some(group)).is_err() {
        let _ = fchown(file, None, Some(group));
    }
    for name in xattr::list(old).into_iter().flatten() {
        if let Ok(Some(value)) = xattr::get(old, &name) {
            let _ = xattr::FileExt::set_xattr(file, &name, &value);
        }
    }
    let _ = file.set_permissions(metadata.permissions());
    Ok(())
}

/// On Windows, the new file inherits the permissions of its folder; only the read-only attribute is copied.
#[cfg(not(unix))]
fn copy_attributes(file: &File, _old: &Path, metadata: &Metadata) -> io::Result<()> {
    let _ = file.set_permissions(metadata.permissions());
    Ok(())
}

/// Flushes the folder, so that a rename survives a power failure, where this is supported.
fn sync_folder(path: &Path) {
    if cfg!(unix)
        && let Some(folder) = path.parent()
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn write(path: &Path, text: &str) -> io::Result<()> {
        let temporary = temporary(&target(path)?, "t");
        replace_with(path, &temporary, text.as_bytes())
    }

    #[test]
    fn permissions_attributes_and_links_stay() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        fs::create_dir(at("elsewhere")).expect("a folder");
        fs::write(at("elsewhere/real.xmp"), "old").expect("written");
        let mode = fs::Permissions::from_mode(0o640);
        fs::set_permissions(at("elsewhere/real.xmp"), mode).expect("permissions");
        let kept = xattr::set(at("elsewhere/real.xmp"), "user.note", b"mine").is_ok();
        symlink("elsewhere/real.xmp", at("link.xmp")).expect("a link");
        write(&at("link.xmp"), "new").expect("written");
        assert!(
            fs::symlink_metadata(at("link.xmp"))
                .expect("there")
                .is_symlink()
        );
        assert_eq!(fs::read(at("elsewhere/real.xmp")).expect("there"), b"new");
        let metadata = fs::metadata(at("elsewhere/real.xmp")).expect("there");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o640);
        if kept {
            let note = xattr::get(at("elsewhere/real.xmp"), "user.note");
            assert_eq!(note.expect("readable").as_deref(), Some(&b"mine"[..]));
        }
        assert_eq!(fs::read_dir(at("elsewhere")).expect("listed").count(), 1);
    }

    #[test]
    fn what_is_planted_under_the_temporary_name_is_not_written_to() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        fs::write(at("victim"), "theirs").expect("written");
        fs::write(at("a.xmp"), "old").expect("written");
        symlink(at("victim"), temporary(&at("a.xmp"), "t")).expect("a link");
        assert!(write(&at("a.xmp"), "new").is_err());
        assert_eq!(fs::read(at("victim")).expect("there"), b"theirs");
        assert_eq!(fs::read(at("a.xmp")).expect("there"), b"old");
        assert!(target(&at("nowhere")).is_ok());
        symlink("nowhere", at("dangling")).expect("a link");
        assert!(write(&at("dangling"), "new").is_err());
    }
}
