//! Output files that the user names.
//!
//! A typing mistake must not cost a photo: an existing file is replaced only if it is clearly an earlier output of the
//! same kind.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::Context;
use lumisift::engine::files::atomic_write::atomic_write_with;
use lumisift::engine::files::regular::open_regular;
use lumisift::engine::organize::contact_sheet;
use lumisift::t;

/// Bytes by which a kind of file is recognised.
const HEAD_BYTES: u64 = 256;
/// Most bytes of a safetensors header that are looked at.
const MAX_HEADER: u64 = 1 << 30;

/// What a command writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// A picture, which cannot be distinguished from a photo: it never replaces anything.
    Picture,
    /// A page with pictures.
    Page,
    /// A manifest in JSON or CSV.
    Manifest,
    /// Vectors.
    Safetensors,
}

impl OutputKind {
    /// Whether a file is an earlier one of this kind.
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
                // What `embed` says of the model, and the name of its one tensor.
                let has = |text: &str| memchr::memmem::find(&header, text.as_bytes()).is_some();
                has("\"fingerprint\":\"") && has("\"embeddings\":{\"dtype\"")
            }
        })
    }
}

/// Refuses a name that does not say what is in the file: one that ends in `.ending`.
///
/// # Errors
/// Then, with what to do.
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

/// Refuses a place where something else is than an earlier file of this kind, before any work is done for it.
///
/// # Errors
/// Then, with what to do.
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

/// Writes a file whole or not at all.
///
/// # Errors
/// As [`check`], and if it cannot be written.
pub fn write_with(
    path: &Path,
    kind: OutputKind,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> anyhow::Result<()> {
    check(path, kind)?;
    atomic_write_with(path, write).with_context(|| t!("cli-cannot-write", path = path.display()))
}

/// The same for bytes.
///
/// # Errors
/// As [`write_with`].
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
