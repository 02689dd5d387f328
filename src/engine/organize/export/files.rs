//! Operations on single files: verified copies, and renames that never overwrite.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::identity::{FileIdentity, survives_removal};
use super::ops::{LostAttributes, Ops};
use crate::engine::cancel::{Cancel, CancelReader};
use crate::engine::files::regular::open_regular;
use crate::engine::media::photo::{Candidate, ContentId};

/// Buffer size of a copy, in bytes.
const CHUNK: usize = 1 << 20;

/// Removes what an earlier attempt left under a temporary name, which belongs to one export only.
///
/// # Errors
/// Returns an error if the file exists and cannot be removed.
pub(super) fn remove_temporary(ops: &dyn Ops, temporary: &Path) -> io::Result<()> {
    match FileIdentity::find(temporary)? {
        Some(left) if left.is_file() => ops.remove_file(temporary),
        _ => Ok(()),
    }
}

/// Hashes the content of a file.
///
/// # Errors
/// Returns an error if the file cannot be read.
pub fn hash(path: &Path) -> io::Result<ContentId> {
    hash_until(path, &Cancel::default())
}

/// Like [`hash`], but cancellable.
///
/// # Errors
/// Returns an error if the file cannot be read, or `cancel` was raised.
pub fn hash_until(path: &Path, cancel: &Cancel) -> io::Result<ContentId> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(CancelReader::new(open_regular(path)?, cancel))?;
    Ok(ContentId(*hasher.finalize().as_bytes()))
}

/// A copy that was compared with its original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedCopy {
    /// The hash of its bytes.
    pub content: ContentId,
    /// The identity of the copy.
    pub identity: FileIdentity,
    /// The attributes that its file system did not accept.
    pub lost: LostAttributes,
}

/// Copies a file to the unused name `to`, with the attributes that the file system accepts, the owner only if `owner`
/// is set. Flushes the copy, reads it back and compares it.
///
/// # Errors
/// Returns an error if a file cannot be read or written, the source changes, or the copy differs. The copy is then
/// removed.
pub fn copy_verified(
    ops: &dyn Ops,
    from: &Path,
    to: &Path,
    owner: bool,
    cancel: &Cancel,
) -> io::Result<VerifiedCopy> {
    let mut source = open_regular(from)?;
    let target = ops.create(to)?;
    let copied = copy(ops, &mut source, target, (from, to), owner, cancel);
    // We created the target, so we may remove it.
    if copied.is_err() {
        let _ = ops.remove_file(to);
    }
    copied
}

fn copy(
    ops: &dyn Ops,
    source: &mut File,
    mut target: File,
    (from, to): (&Path, &Path),
    owner: bool,
    cancel: &Cancel,
) -> io::Result<VerifiedCopy> {
    let before = source.metadata()?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; CHUNK.min(usize::try_from(before.len()).unwrap_or(CHUNK) + 1)];
    loop {
        if cancel.is_cancelled() {
            return Err(io::Error::other("stopped"));
        }
        let count = source.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        ops.write(&mut target, &buffer[..count])?;
    }
    let mut lost = ops.copy_attributes(source, &target, owner);
    if let Err(error) = ops.flush(&target) {
        if !is_refusal(&error) {
            return Err(error);
        }
        lost.flush = true;
    }
    drop(target);
    let content = ContentId(*hasher.finalize().as_bytes());
    if hash(to)? != content {
        return Err(io::Error::other(
            "the copy differs from the photo: it was not kept",
        ));
    }
    let after = fs::metadata(from)?;
    if after.len() != before.len() || after.modified()? != before.modified()? {
        return Err(io::Error::other("it changes while it is copied: try again"));
    }
    let identity = FileIdentity::of(to)?;
    Ok(VerifiedCopy {
        content,
        identity,
        lost,
    })
}

/// Whether an error means that the file system does not support an operation, rather than that it failed.
pub fn is_refusal(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput | io::ErrorKind::PermissionDenied
    )
}

/// Renames a file to an unused name. At no moment does the new name refer to anything but the complete file.
///
/// # Errors
/// Returns [`io::ErrorKind::AlreadyExists`] if the name is taken, or another error if the file cannot be moved there,
/// for example to another disk. Nothing has changed then.
pub fn rename_new(ops: &dyn Ops, from: &Path, to: &Path) -> io::Result<()> {
    match ops.rename_new(from, to) {
        Err(error) if !is_final(&error) => {}
        done => return done,
    }
    match ops.hard_link(from, to) {
        Ok(()) => {
            return ops.remove_file(from).inspect_err(|_| {
                if survives_removal(from, to) {
                    let _ = ops.remove_file(to);
                }
            });
        }
        Err(error) if is_final(&error) => return Err(error),
        Err(_) => {}
    }
    // File systems with neither no-replace renames nor hard links: some SMB servers, FAT on Windows.
    match FileIdentity::find(to)? {
        Some(_) => Err(io::ErrorKind::AlreadyExists.into()),
        None => ops.rename_over_nothing(from, to),
    }
}

/// Whether the fallbacks would fail as well.
fn is_final(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AlreadyExists
            | io::ErrorKind::NotFound
            | io::ErrorKind::CrossesDevices
            | io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::ReadOnlyFilesystem
    )
}

/// The length in bytes and modification time in nanoseconds of a file, following links; `None` if it is not a regular
/// file.
#[must_use]
pub fn stamp(path: &Path) -> Option<(u64, i64)> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let file = Candidate::new(PathBuf::new(), &metadata);
    Some((file.size, file.modified_ns))
}

#[cfg(test)]
mod tests {
    use super::super::ops::Disk;
    use super::*;

    /// A file system without `rename_new`, optionally with hard links.
    struct Old {
        links: bool,
    }

    impl Ops for Old {
        fn rename_new(&self, _: &Path, _: &Path) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }

        fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
            if self.links {
                return Disk.hard_link(from, to);
            }
            Err(io::ErrorKind::PermissionDenied.into())
        }

        fn flush(&self, _: &File) -> io::Result<()> {
            Err(io::ErrorKind::InvalidInput.into())
        }
    }

    #[test]
    fn nothing_is_replaced_and_names_are_exchanged_at_once() {
        let every: [&dyn Ops; 3] = [&Disk, &Old { links: true }, &Old { links: false }];
        for (n, ops) in every.into_iter().enumerate() {
            let dir = tempfile::tempdir().expect("a folder");
            let path = |name: &str| dir.path().join(name);
            fs::write(path("a"), "a").expect("written");
            fs::write(path("b"), "b").expect("written");
            let cancel = Cancel::default();
            let taken = copy_verified(ops, &path("a"), &path("b"), false, &cancel);
            let taken = taken.expect_err("taken");
            assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
            let taken = rename_new(ops, &path("a"), &path("b")).expect_err("taken");
            assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read(path("a")).expect("there"), b"a");
            assert_eq!(fs::read(path("b")).expect("there"), b"b");
            let copied = copy_verified(ops, &path("a"), &path("c"), false, &cancel);
            let copied = copied.expect("copied");
            assert_eq!(copied.content, ContentId::of(b"a"));
            assert_eq!(copied.lost.flush, n > 0);
            assert_eq!(stamp(&path("a")), stamp(&path("c")));
            rename_new(ops, &path("a"), &path("d")).expect("renamed");
            assert!(!path("a").exists() && path("d").exists());
        }
    }

    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    #[test]
    fn a_copy_has_the_permissions_times_and_attributes_of_its_original() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let dir = tempfile::tempdir().expect("a folder");
        let (from, to) = (dir.path().join("a"), dir.path().join("b"));
        fs::write(&from, "a").expect("written");
        let flags = rustix::fs::XattrFlags::empty();
        rustix::fs::setxattr(&from, "user.comment", b"mine", flags).expect("an attribute");
        fs::set_permissions(&from, fs::Permissions::from_mode(0o440)).expect("set");
        let cancel = Cancel::default();
        let copied = copy_verified(&Disk, &from, &to, true, &cancel).expect("copied");
        assert_eq!(copied.lost, LostAttributes::default());
        let mut value = [0; 16];
        let length = rustix::fs::getxattr(&to, "user.comment", &mut value[..]).expect("kept");
        assert_eq!(&value[..length], b"mine");
        let (a, b) = (
            fs::metadata(&from).expect("there"),
            fs::metadata(&to).expect("there"),
        );
        assert_eq!((a.mode(), a.mtime_nsec()), (b.mode(), b.mtime_nsec()));
    }

    #[test]
    fn paths_survive_whatever_their_bytes_are() {
        #[derive(serde::Serialize, serde::Deserialize)]
        struct PathLine(#[serde(with = "crate::engine::files::path_serde")] PathBuf);
        let mut paths: Vec<PathBuf> = vec!["a/猫.jpg".into(), "".into()];
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStringExt;
            paths.push(std::ffi::OsString::from_vec(vec![b'a', 0xff, b'b']).into());
        }
        for path in paths {
            let text = serde_json::to_string(&PathLine(path.clone())).expect("written");
            let PathLine(back) = serde_json::from_str(&text).expect("read");
            assert_eq!(back, path);
        }
    }
}
