//! Identifies a video without reading all of it.

use std::io::{self, Read, Seek, SeekFrom};

use crate::engine::media::photo::{ContentId, HASHED_WHOLE};

/// Number and size of the blocks read from videos larger than [`HASHED_WHOLE`], spread from start to end of the file.
const BLOCKS: u64 = 64;
const BLOCK_BYTES: u64 = 16 << 10;
/// Key derivation context, which separates these identifiers from hashes of whole files.
const DOMAIN: &str = "lumisift video 1: length, 64 blocks of 16 KiB, index, key frames";

/// The content identifier of a file of this length; `parts` are its index and representative frames, which were already
/// read. `docs/store.md` describes the guarantees.
///
/// # Errors
/// Returns an error if the file cannot be read.
pub fn identify(
    source: &mut (impl Read + Seek),
    length: u64,
    parts: &[&[u8]],
) -> io::Result<ContentId> {
    if length <= HASHED_WHOLE {
        let mut hasher = blake3::Hasher::new();
        source.seek(SeekFrom::Start(0))?;
        hasher.update_reader(source.take(length))?;
        return Ok(ContentId(*hasher.finalize().as_bytes()));
    }
    let mut hasher = blake3::Hasher::new_derive_key(DOMAIN);
    hasher.update(&length.to_le_bytes());
    for block in 0..BLOCKS {
        let last = u128::from(length - BLOCK_BYTES);
        let at = last * u128::from(block) / u128::from(BLOCKS - 1);
        source.seek(SeekFrom::Start(u64::try_from(at).unwrap_or(0)))?;
        hasher.update_reader(source.take(BLOCK_BYTES))?;
    }
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    Ok(ContentId(*hasher.finalize().as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn short_videos_are_identified_as_photos_are_and_long_ones_are_not() {
        let short = vec![7; 1000];
        let id = |bytes: &[u8], parts: &[&[u8]]| {
            identify(&mut Cursor::new(bytes), bytes.len() as u64, parts).expect("read")
        };
        assert_eq!(id(&short, &[b"index"]), ContentId::of(&short));
        let mut long = vec![7; HASHED_WHOLE as usize + 1];
        let first = id(&long, &[b"index", b"frame"]);
        assert_ne!(first, ContentId::of(&long));
        assert_eq!(first, id(&long, &[b"index", b"frame"]));
        assert_ne!(first, id(&long, &[b"indexf", b"rame"]));
        for at in [0, HASHED_WHOLE as usize] {
            long[at] ^= 1;
            assert_ne!(first, id(&long, &[b"index", b"frame"]), "{at}");
            long[at] ^= 1;
        }
        long.push(7);
        assert_ne!(first, id(&long, &[b"index", b"frame"]));
    }
}
