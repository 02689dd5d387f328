//! Locates the index of a video file (`moov`) and of its fragments (`moof`); media data is skipped.

use std::io::{Read, Seek, SeekFrom};

use super::boxes::child;
use super::error::VideoError;
use crate::engine::media::iso_media::part;

/// Maximum size of `moov`; ten hours of video take less.
const MAX_MOOV: u64 = 64 << 20;
/// Maximum total size and number of `moof` boxes.
const MAX_MOOFS: (u64, usize) = (32 << 20, 1 << 15);
/// Maximum number of boxes examined.
const MAX_BOXES: usize = 1 << 17;

/// The index boxes of a file.
pub struct MovieLayout {
    /// Payload of `moov`.
    pub moov: Vec<u8>,
    /// Offset and payload of each `moof`.
    pub moofs: Vec<(u64, Vec<u8>)>,
    /// Size of the file.
    pub length: u64,
}

/// Walks the top-level boxes of a file.
///
/// # Errors
/// Returns an error if the file cannot be read or has no index.
pub fn read(source: &mut (impl Read + Seek)) -> Result<MovieLayout, VideoError> {
    let length = source.seek(SeekFrom::End(0))?;
    let mut layout = MovieLayout {
        moov: Vec::new(),
        moofs: Vec::new(),
        length,
    };
    let mut moofs_left = MAX_MOOFS.0;
    let mut at = 0;
    for _ in 0..MAX_BOXES {
        // The longest box header.
        let head = bytes(source, at, 16.min(length.saturating_sub(at)))?;
        let Some(part) = part(&mut &head[..], 0, length.saturating_sub(at)) else {
            break;
        };
        let (content, end) = (at + part.body, at + part.end);
        match &part.kind {
            b"moov" if layout.moov.is_empty() => {
                if !part.is_whole {
                    return Err(VideoError::CutOff);
                }
                if end - content > MAX_MOOV {
                    return Err(VideoError::Damaged("its index is too large"));
                }
                layout.moov = bytes(source, content, end - content)?;
            }
            b"moof" if part.is_whole && end - content <= moofs_left => {
                moofs_left -= end - content;
                layout
                    .moofs
                    .push((at, bytes(source, content, end - content)?));
            }
            _ => {}
        }
        // Without `mvex` there are no fragments.
        let fragmented = child(&layout.moov, b"mvex").is_some();
        if (!layout.moov.is_empty() && !fragmented) || layout.moofs.len() >= MAX_MOOFS.1 {
            break;
        }
        at = end;
    }
    match layout.moov.is_empty() {
        true => Err(VideoError::CutOff),
        false => Ok(layout),
    }
}

/// Up to `length` bytes of a file.
pub fn bytes(source: &mut (impl Read + Seek), at: u64, length: u64) -> Result<Vec<u8>, VideoError> {
    source.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    source.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}
