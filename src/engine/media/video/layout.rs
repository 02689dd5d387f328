//! Locates the index of a video file (`moov`) and of its fragments (`moof`); media data is skipped.

use std::io::{Read, Seek, SeekFrom};

use super::boxes::child;
use super::error::VideoError;
use crate::engine::cancel::Cancel;
use crate::engine::media::iso_media::{IsoBox, part};

/// Maximum size of `moov`; ten hours of video take less.
const MAX_MOOV: u64 = 64 << 20;
/// Maximum size of one `moof`, and of all together. Some recorders write one per frame, of 100 to 200 bytes.
const MAX_MOOF: u64 = 32 << 20;
const MAX_MOOFS: u64 = 256 << 20;
/// Maximum number of boxes examined before `moov`.
const MAX_BOXES: usize = 1 << 17;
/// Maximum number of boxes examined for fragments; ten hours with a fragment per frame have about as many.
const MAX_FRAGMENT_BOXES: usize = 1 << 21;

/// The index of a file.
pub struct MovieLayout {
    /// Payload of `moov`.
    pub moov: Vec<u8>,
    /// Size of the file.
    pub length: u64,
    /// Offset from which on there may be fragments; `None` if the movie has none.
    fragments: Option<u64>,
}

/// Finds the index of a file.
///
/// # Errors
/// Returns an error if the file cannot be read or has no index.
pub fn read(source: &mut (impl Read + Seek)) -> Result<MovieLayout, VideoError> {
    let length = source.seek(SeekFrom::End(0))?;
    let mut first_moof = None;
    let mut at = 0;
    for _ in 0..MAX_BOXES {
        let Some(part) = box_at(source, at, length)? else {
            break;
        };
        match &part.kind {
            b"moov" if !part.is_whole => break,
            b"moov" if part.end - part.body > MAX_MOOV => {
                return Err(VideoError::Damaged("its index is too large"));
            }
            b"moov" => {
                let moov = bytes(source, part.body, part.end - part.body)?;
                let fragmented = child(&moov, b"mvex").is_some();
                return Ok(MovieLayout {
                    fragments: fragmented.then_some(first_moof.unwrap_or(part.end)),
                    moov,
                    length,
                });
            }
            b"moof" => first_moof = first_moof.or(Some(at)),
            _ => {}
        }
        at = part.end;
    }
    Err(VideoError::CutOff)
}

/// Passes the offset and payload of each `moof` to `each`, one at a time.
///
/// # Errors
/// Returns an error if the file cannot be read, or if `cancel` is raised.
pub fn fragments(
    source: &mut (impl Read + Seek),
    layout: &MovieLayout,
    cancel: &Cancel,
    mut each: impl FnMut(u64, &[u8]),
) -> Result<(), VideoError> {
    let Some(mut at) = layout.fragments else {
        return Ok(());
    };
    let mut left = MAX_MOOFS;
    for _ in 0..MAX_FRAGMENT_BOXES {
        if cancel.is_cancelled() {
            return Err(VideoError::Cancelled);
        }
        let Some(part) = box_at(source, at, layout.length)? else {
            break;
        };
        let size = part.end - part.body;
        if part.kind == *b"moof" && part.is_whole && size <= MAX_MOOF.min(left) {
            left -= size;
            each(at, &bytes(source, part.body, size)?);
        }
        at = part.end;
    }
    Ok(())
}

/// The header of the top-level box at this offset; `None` if there is none.
fn box_at(
    source: &mut (impl Read + Seek),
    at: u64,
    length: u64,
) -> Result<Option<IsoBox>, VideoError> {
    let rest = length.saturating_sub(at);
    // The longest box header.
    let head = bytes(source, at, 16.min(rest))?;
    Ok(part(&mut &head[..], 0, rest).map(|part| IsoBox {
        start: at,
        body: at + part.body,
        end: at + part.end,
        ..part
    }))
}

/// Up to `length` bytes of a file.
pub fn bytes(source: &mut (impl Read + Seek), at: u64, length: u64) -> Result<Vec<u8>, VideoError> {
    source.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    source.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}
