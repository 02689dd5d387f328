//! Locates the index of a video file (`moov`) and of its fragments (`moof`); media data is skipped.

use std::io::{Read, Seek, SeekFrom};

use super::boxes::child;
use super::error::VideoError;
use crate::engine::media::iso_media::part;

/// Largest description that is read: that of ten hours takes less.
const MAX_MOOV: u64 = 64 << 20;
/// Most bytes of fragments' descriptions that are read, and most of them.
const MAX_MOOFS: (u64, usize) = (32 << 20, 1 << 15);
/// Most boxes that are looked at.
const MAX_BOXES: usize = 1 << 17;

/// The descriptions in a file.
pub struct MovieLayout {
    /// The description of all tracks.
    pub moov: Vec<u8>,
    /// Those of fragments, each with where it begins.
    pub moofs: Vec<(u64, Vec<u8>)>,
    /// The length of the file.
    pub length: u64,
}

/// Walks a file from box to box.
///
/// # Errors
/// If it cannot be read, or has no description.
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
        // The longest header of a box.
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
        // A file without fragments is known from here.
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

/// Bytes of a file, as many as there are.
pub fn bytes(source: &mut (impl Read + Seek), at: u64, length: u64) -> Result<Vec<u8>, VideoError> {
    source.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    source.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}
