//! PNG as optimised by Apple's iOS tools (`CgBI` chunk): BGR order, premultiplied alpha, and deflate without a zlib
//! header.

use std::io::Read;

use super::super::limits::area;
use super::super::{DecodeError, DecodeLimits, Picture, warning};
use super::{UNREAD, is_truncated};

/// Size of the PNG signature.
const SIGNATURE: usize = 8;

/// Whether a PNG has a `CgBI` chunk.
pub fn is_apple(bytes: &[u8]) -> bool {
    bytes.get(12..16) == Some(b"CgBI")
}

fn damaged() -> DecodeError {
    DecodeError::Damaged {
        format: super::NAME,
        reason: "its picture data ends early or contradicts itself".into(),
    }
}

/// Decodes the picture, or its rows before any damage; only 8-bit non-interlaced files exist.
pub fn decode(bytes: &[u8], limits: &mut DecodeLimits<'_>) -> Result<Picture, DecodeError> {
    let (header, data) = chunks(bytes).ok_or_else(damaged)?;
    let side = |at: usize| {
        header[at..]
            .first_chunk()
            .map_or(0, |side| u32::from_be_bytes(*side))
    };
    let (width, height) = (side(0), side(4));
    let channels = match header[8..13] {
        [8, 2, _, _, 0] => 3,
        [8, 6, _, _, 0] => 4,
        _ => {
            return Err(DecodeError::Unsupported(
                "Apple PNG files of this colour type",
            ));
        }
    };
    if width == 0 || height == 0 {
        return Err(damaged());
    }
    limits.reserve(width, height, area(width, height, 3 + channels))?;
    let channels = channels as usize;
    let stride = width as usize * channels;
    let mut inflated = flate2::read::DeflateDecoder::new(&data[..]);
    let mut rgb = Vec::new();
    let (mut above, mut row) = (vec![0; stride], vec![0; stride]);
    let mut read = 0;
    while read < height {
        let mut filter = [0];
        let found = inflated.read_exact(&mut filter);
        if found.and_then(|()| inflated.read_exact(&mut row)).is_err() {
            break;
        }
        unfilter(filter[0], channels, &above, &mut row);
        for pixel in row.chunks_exact(channels) {
            let opacity = pixel.get(3).copied().unwrap_or(255);
            let add_white = |value: u8| value.saturating_add(255 - opacity);
            rgb.extend([pixel[2], pixel[1], pixel[0]].map(add_white));
        }
        std::mem::swap(&mut above, &mut row);
        read += 1;
    }
    if read == 0 {
        return Err(damaged());
    }
    rgb.resize(3 * width as usize * height as usize, UNREAD);
    let lost = (100 * u64::from(height - read)).div_ceil(height.into()) as usize;
    let warning = (lost > 0).then(|| match is_truncated(bytes) {
        true => warning::cut_short(lost),
        false => warning::damaged(lost),
    });
    Ok(Picture {
        warning,
        ..Picture::whole(width, height, rgb)
    })
}

/// The header, and the concatenated data of all `IDAT` chunks.
fn chunks(bytes: &[u8]) -> Option<(&[u8; 13], Vec<u8>)> {
    let mut rest = bytes.get(SIGNATURE..)?;
    let (mut header, mut data) = (None, Vec::new());
    while let Some((length, after)) = rest.split_first_chunk() {
        let length = u32::from_be_bytes(*length) as usize;
        let Some((kind, after)) = after.split_first_chunk::<4>() else {
            break;
        };
        let content = &after[..length.min(after.len())];
        match kind {
            b"IHDR" => header = content.first_chunk(),
            b"IDAT" => data.extend_from_slice(content),
            b"IEND" => break,
            _ => {}
        }
        rest = after.get(length.saturating_add(4)..).unwrap_or_default();
    }
    Some((header?, data))
}

/// Reverses the filter of a row (PNG, 9.2).
fn unfilter(filter: u8, channels: usize, above: &[u8], row: &mut [u8]) {
    for at in 0..row.len() {
        let before = |row: &[u8]| {
            if at >= channels {
                row[at - channels]
            } else {
                0
            }
        };
        let (left, up, corner) = (before(row), above[at], before(above));
        let predicted = match filter {
            1 => left,
            2 => up,
            3 => left.midpoint(up),
            4 => {
                let [a, b, c] = [left, up, corner].map(i16::from);
                let distance = |value: i16| (a + b - c - value).abs();
                match (distance(a), distance(b), distance(c)) {
                    (a, b, c) if a <= b && a <= c => left,
                    (_, b, c) if b <= c => up,
                    _ => corner,
                }
            }
            _ => 0,
        };
        row[at] = row[at].wrapping_add(predicted);
    }
}
