//! File identities, determined without following links: the basis for removing and replacing files.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::engine::files::path_serde;
use crate::engine::media::photo::Candidate;

/// The identity of a directory entry. A symbolic link is identified as itself, not as its target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileIdentity {
    /// Device and inode, where the platform provides them.
    #[serde(default)]
    pub node: Option<(u64, u64)>,
    /// The length in bytes.
    pub bytes: u64,
    /// The modification time, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// The inode change time, which also reflects renames, in nanoseconds since 1970.
    #[serde(default)]
    pub changed_ns: Option<i64>,
    /// The kind of entry.
    pub kind: FileKind,
}

/// The kind of a directory entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// A regular file.
    File,
    /// A symbolic link, with its target as stored.
    Symlink(#[serde(with = "path_serde")] PathBuf),
    /// A folder.
    Folder,
    /// Anything else, such as a device or pipe.
    Other,
}

impl FileIdentity {
    /// Reads the identity of a path without following links.
    ///
    /// # Errors
    /// Returns an error if nothing exists there, or its metadata cannot be read.
    pub fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::symlink_metadata(path)?;
        let kind = metadata.file_type();
        let kind = if kind.is_symlink() {
            FileKind::Symlink(fs::read_link(path)?)
        } else if kind.is_file() {
            FileKind::File
        } else if kind.is_dir() {
            FileKind::Folder
        } else {
            FileKind::Other
        };
        Ok(Self::from(&metadata, kind))
    }

    /// Like [`FileIdentity::of`], but `None` if nothing exists there.
    ///
    /// # Errors
    /// Returns an error if it cannot be determined whether something exists.
    pub fn find(path: &Path) -> io::Result<Option<Self>> {
        match Self::of(path) {
            Ok(identity) => Ok(Some(identity)),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn from(metadata: &Metadata, kind: FileKind) -> Self {
        let file = Candidate::new(PathBuf::new(), metadata);
        Self {
            node: node(metadata),
            bytes: file.size,
            modified_ns: file.modified_ns,
            changed_ns: changed_ns(metadata),
            kind,
        }
    }

    /// Whether it is a regular file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.kind == FileKind::File
    }

    /// Whether both are certainly the same file.
    #[must_use]
    pub fn same_node(&self, other: &Self) -> bool {
        self.node.is_some() && self.node == other.node && self.kind == other.kind
    }

    /// Whether kind, length and modification time are equal.
    #[must_use]
    pub fn same_stamp(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.bytes == other.bytes
            && self.modified_ns == other.modified_ns
    }

    /// Whether both are the same file with unmodified content.
    #[must_use]
    pub fn unchanged(&self, other: &Self) -> bool {
        self.same_node(other) && self.same_stamp(other)
    }

    /// Like [`Self::unchanged`], but also requires equal change times, so that a reset modification time is detected.
    #[must_use]
    pub fn untouched(&self, other: &Self) -> bool {
        self.unchanged(other) && self.changed_ns.is_some() && self.changed_ns == other.changed_ns
    }
}

/// Whether an error means that a path does not exist.
#[must_use]
pub fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

#[cfg(unix)]
fn node(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

/// Windows provides file indexes only through handles, and the standard library does not expose them in stable Rust.
#[cfg(not(unix))]
fn node(_: &Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(unix)]
#[allow(
    clippy::unnecessary_wraps,
    reason = "other platforms do not tell the time"
)]
fn changed_ns(metadata: &Metadata) -> Option<i64> {
    use std::os::unix::fs::MetadataExt;
    Some(
        metadata
            .ctime()
            .saturating_mul(1_000_000_000)
            .saturating_add(metadata.ctime_nsec()),
    )
}

#[cfg(not(unix))]
fn changed_ns(_: &Metadata) -> Option<i64> {
    None
}

#[cfg(unix)]
fn names(metadata: &Metadata) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    Some(metadata.nlink())
}

#[cfg(not(unix))]
fn names(_: &Metadata) -> Option<u64> {
    None
}

/// Whether the file `keeper` remains once the name `victim` is removed: they are different files, or two directory
/// entries of one file with at least two hard links. `keeper` must not be a symbolic link.
#[must_use]
pub fn survives_removal(keeper: &Path, victim: &Path) -> bool {
    let (Ok(kept), Ok(gone)) = (fs::symlink_metadata(keeper), fs::symlink_metadata(victim)) else {
        return false;
    };
    if !kept.is_file() {
        return false;
    }
    match (node(&kept), node(&gone)) {
        (Some(a), Some(b)) if a != b => true,
        _ => are_two_entries(keeper, victim) && names(&gone).is_none_or(|count| count >= 2),
    }
}

/// Whether two paths are different directory entries, rather than one entry reached by two paths. Names that differ
/// only in case may be the same entry.
fn are_two_entries(a: &Path, b: &Path) -> bool {
    let place = |path: &Path| {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?;
        let id = fs::metadata(&folder).ok().as_ref().and_then(node);
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        Some((folder, id, name))
    };
    let (Some((folder_a, id_a, name_a)), Some((folder_b, id_b, name_b))) = (place(a), place(b))
    else {
        return false;
    };
    let one_folder = folder_a == folder_b || (id_a.is_some() && id_a == id_b);
    !(one_folder && name_a == name_b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_survive_a_journal_and_tell_files_apart() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = |name: &str| dir.path().join(name);
        fs::write(path("a"), "a").expect("written");
        fs::write(path("b"), "a").expect("written");
        let a = FileIdentity::of(&path("a")).expect("there");
        let text = serde_json::to_string(&a).expect("written");
        let back: FileIdentity = serde_json::from_str(&text).expect("read");
        assert_eq!(back, a);
        assert!(!a.same_node(&FileIdentity::of(&path("b")).expect("there")));
        assert_eq!(FileIdentity::find(&path("none")).expect("looked up"), None);
        assert_eq!(FileIdentity::find(&path("a/b")).expect("looked up"), None);
    }

    #[cfg(unix)]
    #[test]
    fn one_entry_reached_in_two_ways_never_outlives_itself() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = |name: &str| dir.path().join(name);
        fs::create_dir(path("real")).expect("made");
        fs::write(path("real/a"), "a").expect("written");
        std::os::unix::fs::symlink(path("real"), path("link")).expect("a link");
        assert!(!survives_removal(&path("link/a"), &path("real/a")));
        fs::hard_link(path("real/a"), path("other")).expect("a second name");
        assert!(
            !survives_removal(&path("link/a"), &path("real/a")),
            "still one entry"
        );
        assert!(survives_removal(&path("other"), &path("real/a")));
        std::os::unix::fs::symlink(path("real/a"), path("to-a")).expect("a link");
        assert!(!survives_removal(&path("to-a"), &path("real/a")));
        assert!(!survives_removal(&path("none"), &path("real/a")));
    }
}
