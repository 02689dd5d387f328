//! Files that a person names for what a command writes.
//!
//! A slip of the hand must not cost a photo: what is there already is replaced only where it is plainly an earlier file
//! of the same kind.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use anyhow::Context;
use lumisift::engine::files::atomic_write::atomic_write_with;
use lumisift::engine::files::regular::open_regular;

/// Bytes by which a kind of file is told.
const HEAD_BYTES: u64 = 256;

/// What a command writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A picture, which nobody can tell from a photo: it never replaces anything.
    Picture,
    /// A page with pictures.
    Page,
    /// A manifest in JSON or CSV.
    Manifest,
    /// Vectors.
    Safetensors,
}

impl Kind {
    /// Whether a file that begins so is of this kind.
    fn is(self, head: &[u8]) -> bool {
        match self {
            Self::Picture => false,
            Self::Page => head.starts_with(b"<!doctype html>"),
            Self::Manifest => {
                head.starts_with(b"{\n  \"version\"") || head.starts_with(b"source,target,hash")
            }
            Self::Safetensors => head.get(8..).is_some_and(|json| json.starts_with(b"{\"")),
        }
    }
}

/// Refuses a place where something else is than an earlier file of this kind, before any work is done for it.
///
/// # Errors
/// Then, with what to do.
pub fn check(path: &Path, kind: Kind) -> anyhow::Result<()> {
    let is_free = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => {
            return Err(error).with_context(|| format!("cannot write {}", path.display()));
        }
        Ok(_) => head(path).is_ok_and(|head| kind.is(&head)),
    };
    anyhow::ensure!(
        is_free,
        "{} already exists: choose another name, or move it away first",
        path.display()
    );
    Ok(())
}

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    open_regular(path)?
        .take(HEAD_BYTES)
        .read_to_end(&mut head)?;
    Ok(head)
}

/// Writes a file whole or not at all.
///
/// # Errors
/// As [`check`], and if it cannot be written.
pub fn write_with(
    path: &Path,
    kind: Kind,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> anyhow::Result<()> {
    check(path, kind)?;
    atomic_write_with(path, write).with_context(|| format!("cannot write {}", path.display()))
}

/// The same for bytes.
///
/// # Errors
/// As [`write_with`].
pub fn write(path: &Path, kind: Kind, bytes: &[u8]) -> anyhow::Result<()> {
    write_with(path, kind, |file| file.write_all(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_earlier_file_of_the_same_kind_is_replaced() {
        let dir = tempfile::tempdir().expect("a folder");
        let files: [(&str, &[u8], Option<Kind>); 6] = [
            ("photo.png", b"\x89PNG\r\n\x1a\n", None),
            ("notes.json", b"{\"mine\": 1}", None),
            ("empty", b"", None),
            ("page.html", b"<!doctype html><html>", Some(Kind::Page)),
            ("plan.json", b"{\n  \"version\": 1,", Some(Kind::Manifest)),
            ("v", b"\x10\0\0\0\0\0\0\0{\"__meta", Some(Kind::Safetensors)),
        ];
        for (name, bytes, own) in files {
            let path = dir.path().join(name);
            fs::write(&path, bytes).expect("written");
            let kinds = [Kind::Picture, Kind::Page, Kind::Manifest, Kind::Safetensors];
            for kind in kinds {
                assert_eq!(
                    write(&path, kind, b"new").is_ok(),
                    own == Some(kind),
                    "{name}"
                );
                fs::write(&path, bytes).expect("written");
            }
        }
        let new = dir.path().join("new.png");
        write(&new, Kind::Picture, b"new").expect("written");
        assert!(write(&new, Kind::Picture, b"again").is_err());
        assert_eq!(fs::read(new).expect("there"), b"new");
    }
}
