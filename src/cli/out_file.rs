//! Output files that the user names.
//!
//! A mistyped name must not overwrite a photo: an existing file is replaced only if it is clearly an earlier output of
//! the same kind.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::Context;
use lumisift::engine::files::atomic_write::atomic_write_with;
use lumisift::engine::files::regular::open_regular;
use lumisift::engine::organize::contact_sheet;
use lumisift::t;

/// Number of bytes at the start of a file that identify its kind.
const HEAD_BYTES: u64 = 256;
/// Maximum length in bytes of a safetensors header that is read.
const MAX_HEADER: u64 = 1 << 30;

/// A kind of output file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// An image. It cannot be distinguished from a photo, so it never replaces a file.
    Picture,
    /// An HTML page with images.
    Page,
    /// A manifest in JSON or CSV.
    Manifest,
    /// Embeddings.
    Safetensors,
}

impl OutputKind {
    /// Whether the file at `path` is an earlier output of this kind.
    fn is(self, path: &Path) -> io::Result<bool> {
        let mut file = open_regular(path)?;
        let mut head = Vec::new();
        (&mut file).take(HEAD_BYTES).read_to_end(&mut head)?;
        Ok(match self {
            Self::Picture => false,
            Self::Page => head.starts_with(contact_sheet::HEAD.as_bytes()),
            Self::Manifest => {
                head.starts_with(b"{\n  \"version\": 1,\n  \"time\": \"")
                    || head.starts_with(b"source,target,hash,best,match,probability")
            }
            Self::Safetensors => {
                let Some(length) = head.first_chunk() else {
                    return Ok(false);
                };
                let length = u64::from_le_bytes(*length).min(MAX_HEADER);
                file.seek(SeekFrom::Start(8))?;
                let mut header = Vec::new();
                file.take(length).read_to_end(&mut header)?;
                // The metadata that `embed` writes, and the name of its only tensor.
                let has = |text: &str| memchr::memmem::find(&header, text.as_bytes()).is_some();
                has("\"fingerprint\":\"") && has("\"embeddings\":{\"dtype\"")
            }
        })
    }
}

/// Checks that a name has the extension `ending`, which suits the content `what`.
///
/// # Errors
/// Returns an error, with advice, if it has another extension.
pub fn check_ending(path: &Path, ending: &str, what: &str) -> anyhow::Result<()> {
    let is_right = (path.extension()).is_some_and(|it| it.eq_ignore_ascii_case(ending));
    anyhow::ensure!(
        is_right,
        t!(
            "cli-wrong-ending",
            path = path.display(),
            what = what,
            ending = ending
        )
    );
    Ok(())
}

/// Checks, before any work is done, that writing to `path` replaces nothing but an earlier output of the same kind.
///
/// # Errors
/// Returns an error, with advice, if another file exists.
pub fn check(path: &Path, kind: OutputKind) -> anyhow::Result<()> {
    let is_free = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => {
            return Err(error).with_context(|| t!("cli-cannot-write", path = path.display()));
        }
        Ok(_) => kind.is(path).unwrap_or(false),
    };
    anyhow::ensure!(is_free, t!("cli-already-exists", path = path.display()));
    Ok(())
}

/// Writes a file atomically.
///
/// # Errors
/// Returns an error if [`check`] fails or the file cannot be written.
pub fn write_with(
    path: &Path,
    kind: OutputKind,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> anyhow::Result<()> {
    check(path, kind)?;
    atomic_write_with(path, write).with_context(|| t!("cli-cannot-write", path = path.display()))
}

/// Like [`write_with`], with the whole content in `bytes`.
///
/// # Errors
/// Like [`write_with`].
pub fn write(path: &Path, kind: OutputKind, bytes: &[u8]) -> anyhow::Result<()> {
    write_with(path, kind, |file| file.write_all(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_earlier_file_of_the_same_kind_is_replaced() {
        let dir = tempfile::tempdir().expect("a folder");
        let page = format!("{}Photos</title>", contact_sheet::HEAD);
        let tensors = |json: &str| [&(json.len() as u64).to_le_bytes(), json.as_bytes()].concat();
        let vectors = tensors(
            r#"{"__metadata__":{"fingerprint":"ab"},"embeddings":{"dtype":"F32","shape":[0,4]}}"#,
        );
        let weights = tensors(r#"{"embeddings":{"dtype":"F32","shape":[0,4]}}"#);
        let files: [(&str, &[u8], Option<OutputKind>); 9] = [
            ("photo.png", b"\x89PNG\r\n\x1a\n", None),
            ("notes.json", b"{\"mine\": 1}", None),
            ("settings.json", b"{\n  \"version\": 2,\n", None),
            ("mine.html", b"<!doctype html><html><title>", None),
            ("weights", &weights, None),
            ("empty", b"", None),
            ("page.html", page.as_bytes(), Some(OutputKind::Page)),
            (
                "plan.json",
                b"{\n  \"version\": 1,\n  \"time\": \"20",
                Some(OutputKind::Manifest),
            ),
            ("v", &vectors, Some(OutputKind::Safetensors)),
        ];
        for (name, bytes, own) in files {
            let path = dir.path().join(name);
            fs::write(&path, bytes).expect("written");
            let kinds = [
                OutputKind::Picture,
                OutputKind::Page,
                OutputKind::Manifest,
                OutputKind::Safetensors,
            ];
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
        write(&new, OutputKind::Picture, b"new").expect("written");
        assert!(write(&new, OutputKind::Picture, b"again").is_err());
        assert_eq!(fs::read(new).expect("there"), b"new");
    }
}
