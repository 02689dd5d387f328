//! Single files: copied and compared, given a name that nothing has, moved, linked.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::core::cancel::Cancel;
use crate::core::photo::{Candidate, ContentId};

/// Bytes that are copied at once.
const CHUNK: usize = 1 << 20;

/// Paths in journals and manifests: text, or bytes where they are no text.
pub mod path_serde {
    use std::path::{Path, PathBuf};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Form {
        Text(String),
        Bytes(Vec<u8>),
    }

    pub fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        let form = match path.to_str() {
            Some(text) => Form::Text(text.into()),
            None => Form::Bytes(path.as_os_str().as_encoded_bytes().to_vec()),
        };
        form.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
        Ok(match Form::deserialize(deserializer)? {
            Form::Text(text) => text.into(),
            Form::Bytes(bytes) => from_bytes(bytes),
        })
    }

    #[cfg(unix)]
    fn from_bytes(bytes: Vec<u8>) -> PathBuf {
        use std::os::unix::ffi::OsStringExt;
        std::ffi::OsString::from_vec(bytes).into()
    }

    #[cfg(not(unix))]
    fn from_bytes(bytes: Vec<u8>) -> PathBuf {
        String::from_utf8_lossy(&bytes).into_owned().into()
    }
}

/// The content of a file.
///
/// # Errors
/// If it cannot be read.
pub fn hash(path: &Path) -> io::Result<ContentId> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(ContentId(*hasher.finalize().as_bytes()))
}

/// Copies a file to `to`, which nothing may have: its bytes, permissions and times. Flushed, read back and
/// compared. Returns the hash of its bytes.
///
/// # Errors
/// If it cannot be read or written, changes meanwhile, or the copy differs. What was written is removed.
pub fn copy_verified(from: &Path, to: &Path, cancel: &Cancel) -> io::Result<ContentId> {
    let mut source = File::open(from)?;
    let target = File::create_new(to)?;
    let copied = copy(&mut source, target, from, to, cancel);
    // From here on the name is ours.
    if copied.is_err() {
        let _ = fs::remove_file(to);
    }
    copied
}

fn copy(
    source: &mut File,
    mut target: File,
    from: &Path,
    to: &Path,
    cancel: &Cancel,
) -> io::Result<ContentId> {
    let before = source.metadata()?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; CHUNK];
    loop {
        if cancel.is_cancelled() {
            return Err(io::Error::other("stopped"));
        }
        let count = source.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        target.write_all(&buffer[..count])?;
    }
    target.set_permissions(before.permissions())?;
    let mut times = fs::FileTimes::new();
    if let Ok(modified) = before.modified() {
        times = times.set_modified(modified);
    }
    if let Ok(accessed) = before.accessed() {
        times = times.set_accessed(accessed);
    }
    target.set_times(times)?;
    target.sync_all()?;
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
    Ok(content)
}

/// Gives a file a name that nothing has; the old name goes.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if something has the name, or if the file cannot be moved there, as to
/// another disk.
pub fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => return fs::remove_file(from),
        Err(error) if is_final(&error) => return Err(error),
        // File systems without hard links, such as FAT.
        Err(_) => {}
    }
    // A name that was made just now, empty, is ours to be replaced.
    drop(File::create_new(to)?);
    fs::rename(from, to).inspect_err(|_| {
        let _ = fs::remove_file(to);
    })
}

/// Whether another way would not succeed either.
fn is_final(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AlreadyExists
            | io::ErrorKind::NotFound
            | io::ErrorKind::CrossesDevices
            | io::ErrorKind::StorageFull
            | io::ErrorKind::ReadOnlyFilesystem
    )
}

/// A symbolic link.
///
/// # Errors
/// If it cannot be made.
pub fn symlink(source: &Path, target: &Path) -> io::Result<()> {
    let source = fs::canonicalize(source)?;
    #[cfg(unix)]
    return std::os::unix::fs::symlink(source, target);
    #[cfg(windows)]
    return std::os::windows::fs::symlink_file(source, target);
}

/// Whether two names are of one file.
#[cfg(unix)]
#[must_use]
pub fn same_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |path| fs::metadata(path).map(|m| (m.dev(), m.ino())).ok();
    id(a).is_some() && id(a) == id(b)
}

/// Whether two names are of one file.
#[cfg(not(unix))]
#[must_use]
pub fn same_file(a: &Path, b: &Path) -> bool {
    let full = |path| fs::canonicalize(path).ok();
    full(a).is_some() && full(a) == full(b)
}

/// Length and time of last change, if it is a file.
#[must_use]
pub fn stamp(path: &Path) -> Option<(u64, i64)> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let file = Candidate::new(PathBuf::new(), &metadata);
    Some((file.size, file.modified_ns))
}

/// Writes to the disk that names in a folder changed, where the system can be asked to.
pub fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        // Windows does not let folders be flushed, and does it by itself.
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_replaced_and_names_are_exchanged_whole() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = |name: &str| dir.path().join(name);
        fs::write(path("a"), "a").expect("written");
        fs::write(path("b"), "b").expect("written");
        let cancel = Cancel::default();
        let taken = copy_verified(&path("a"), &path("b"), &cancel).expect_err("taken");
        assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
        assert!(rename_new(&path("a"), &path("b")).is_err());
        assert_eq!(fs::read(path("a")).expect("there"), b"a");
        let content = copy_verified(&path("a"), &path("c"), &cancel).expect("copied");
        assert_eq!(content, ContentId::of(b"a"));
        assert_eq!(stamp(&path("a")), stamp(&path("c")));
        assert!(!same_file(&path("a"), &path("c")));
        rename_new(&path("a"), &path("d")).expect("renamed");
        assert!(!path("a").exists() && path("d").exists());
    }

    #[test]
    fn paths_survive_whatever_their_bytes_are() {
        #[derive(serde::Serialize, serde::Deserialize)]
        struct Line(#[serde(with = "path_serde")] PathBuf);
        let mut paths: Vec<PathBuf> = vec!["a/猫.jpg".into(), "".into()];
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStringExt;
            paths.push(std::ffi::OsString::from_vec(vec![b'a', 0xff, b'b']).into());
        }
        for path in paths {
            let text = serde_json::to_string(&Line(path.clone())).expect("written");
            let Line(back) = serde_json::from_str(&text).expect("read");
            assert_eq!(back, path);
        }
    }
}
