//! Changes to parts of a large file, which can be reversed and checked.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::engine::files::content_id::ContentId;

/// Bytes that take the place of others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// Where the old ones begin.
    pub at: u64,
    /// What must be there.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub old: Vec<u8>,
    /// What comes there.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub new: Vec<u8>,
}

fn to_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}

/// Copies a file with patches, which stand in the order of their places.
///
/// # Errors
/// If the file is not what the patches expect, or cannot be read or written.
pub fn copy(from: &mut File, patches: &[Patch], to: &mut impl Write) -> io::Result<()> {
    let mut at = from.seek(SeekFrom::Start(0))?;
    let changed = || {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "it changed in the meantime: try again",
        )
    };
    for patch in patches {
        let length = patch.at.checked_sub(at).ok_or_else(changed)?;
        if io::copy(&mut from.take(length), to)? != length {
            return Err(changed());
        }
        let mut old = vec![0; patch.old.len()];
        if from.read_exact(&mut old).is_err() || old != patch.old {
            return Err(changed());
        }
        to.write_all(&patch.new)?;
        at = patch.at + patch.old.len() as u64;
    }
    io::copy(from, to).map(|_| ())
}

/// The patches that take others back.
#[must_use]
pub fn reversed(patches: &[Patch]) -> Vec<Patch> {
    let mut growth = 0_i64;
    let reverse = |patch: &Patch| {
        let at = patch.at.saturating_add_signed(growth);
        growth += patch.new.len() as i64 - patch.old.len() as i64;
        Patch {
            at,
            old: patch.new.clone(),
            new: patch.old.clone(),
        }
    };
    patches.iter().map(reverse).collect()
}

/// What a file is with patches.
///
/// # Errors
/// As of [`copy`].
pub fn content(file: &mut File, patches: &[Patch]) -> io::Result<ContentId> {
    let mut hasher = blake3::Hasher::new();
    copy(file, patches, &mut hasher)?;
    Ok(ContentId(*hasher.finalize().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_are_applied_checked_and_reversed() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"0123456789").expect("written");
        let patch = |at, old: &[u8], new: &[u8]| Patch {
            at,
            old: old.into(),
            new: new.into(),
        };
        let patches = [
            patch(0, b"", b"ab"),
            patch(3, b"34", b"x"),
            patch(9, b"9", b"nine"),
        ];
        let mut out = Vec::new();
        copy(&mut file, &patches, &mut out).expect("copied");
        assert_eq!(out, b"ab012x5678nine");
        let mut patched = tempfile::tempfile().expect("a file");
        patched.write_all(&out).expect("written");
        let back = content(&mut patched, &reversed(&patches)).expect("reversed");
        assert_eq!(back, ContentId::of(b"0123456789"));
        for wrong in [
            patch(3, b"x", b""),
            patch(10, b"0", b""),
            patch(99, b"", b"1"),
        ] {
            assert!(copy(&mut file, &[wrong], &mut io::sink()).is_err());
        }
    }
}
