//! PNG files with malformed ancillary chunks, for some of which the decoder rejects the file although browsers show it.

use std::io::{Read, sink};

use flate2::read::ZlibDecoder;

use super::super::{DecodeError, DecodeLimits};

/// Size of the PNG signature, and of a chunk without its data.
const SIGNATURE: usize = 8;
const AROUND: usize = 12;
/// Maximum decompressed size of an ICC profile.
const MAX_PROFILE_BYTES: u64 = 16 << 20;

/// The file without such chunks; `None` if it has none.
///
/// # Errors
/// Returns an error if memory for the copy cannot be reserved.
pub fn repaired(
    bytes: &[u8],
    limits: &mut DecodeLimits<'_>,
) -> Result<Option<Vec<u8>>, DecodeError> {
    let Some(kept) = kept(bytes) else {
        return Ok(None);
    };
    limits.reserve_copy(bytes.len() as u64)?;
    Ok(Some(kept.concat()))
}

/// The parts of a file to keep; `None` if that is all. Nothing is removed from the first `IDAT` chunk on.
fn kept(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let (signature, mut rest) = bytes.split_at_checked(SIGNATURE)?;
    let mut kept = vec![signature];
    let mut is_mended = false;
    while let Some(length) = rest.first_chunk() {
        let length = u32::from_be_bytes(*length) as usize;
        let Some((chunk, after)) = rest.split_at_checked(AROUND.checked_add(length)?) else {
            break;
        };
        let (kind, content) = (&chunk[4..8], &chunk[8..8 + length]);
        if kind == b"IDAT" {
            break;
        }
        match is_refused(kind, content) {
            true => is_mended = true,
            false => kept.push(chunk),
        }
        rest = after;
    }
    kept.push(rest);
    is_mended.then_some(kept)
}

/// Whether the decoder may reject a file because of this chunk, which is not needed to show the picture.
fn is_refused(kind: &[u8], content: &[u8]) -> bool {
    match kind {
        // Primaries, transfer function, identity matrix and full-range flag.
        b"cICP" => !matches!(content, [_, _, 0, 0 | 1]),
        b"mDCV" => content.len() != 24,
        b"cLLI" => content.len() != 8,
        b"iCCP" => {
            let name = content.iter().position(|byte| *byte == 0);
            let profile = name.and_then(|end| content.get(end + 2..));
            let inflated = ZlibDecoder::new(profile.unwrap_or_default());
            let read = std::io::copy(&mut inflated.take(MAX_PROFILE_BYTES + 1), &mut sink());
            read.is_ok_and(|length| length > MAX_PROFILE_BYTES)
        }
        // The first picture of an animation is shown.
        b"bKGD" | b"acTL" | b"fcTL" => true,
        _ => false,
    }
}
