//! Damaged PNG: checksums are ignored, and the rows before the damage are shown.

use std::io::{BufRead, Cursor, Seek};

use png::{ColorType, Decoder, InterlaceInfo, Reader, Transformations, splat_interlaced_row};

use super::super::alpha::composite_over_white;
use super::super::limits::area;
use super::super::{DecodeError, DecodeLimits, Picture, warning};
use super::{UNREAD, chroma, is_truncated};
use crate::engine::cancel::CancelReader;

/// Maximum bytes per pixel, plus those of the RGB result.
const BYTES_PER_PIXEL: u64 = 4 + 3;

/// Decodes the readable part of a file. Returns `None` if nothing is visible.
///
/// # Errors
/// Returns an error if memory cannot be reserved.
pub fn decode(bytes: &[u8], limits: &mut DecodeLimits<'_>) -> Result<Option<Picture>, DecodeError> {
    let reader = CancelReader::new(Cursor::new(bytes), limits.cancel);
    let mut decoder = Decoder::new_with_limits(
        reader,
        png::Limits {
            bytes: usize::try_from(limits.most_allocated()).unwrap_or(usize::MAX),
        },
    );
    decoder.ignore_checksums(true);
    decoder.set_transformations(Transformations::normalize_to_color8());
    let Ok(mut reader) = decoder.read_info() else {
        return Ok(None);
    };
    let (width, height) = (reader.info().width, reader.info().height);
    limits.reserve(width, height, area(width, height, BYTES_PER_PIXEL))?;
    let profile = chroma::profile(reader.info());
    let (kind, _) = reader.output_color_type();
    let Some((samples, lost)) = rows(&mut reader, kind.samples()) else {
        return Ok(None);
    };
    if lost >= 100 {
        return Ok(None);
    }
    let mut rgb = to_rgb(&samples, kind);
    chroma::apply(profile, &mut rgb);
    let warning = match (lost, is_truncated(bytes)) {
        (0, true) => {
            "the file ends early: the picture is complete, but the data after it is missing".into()
        }
        (0, false) => {
            "the file is damaged: its checksums do not match, check that the picture looks right"
                .into()
        }
        (lost, true) => warning::cut_short(lost),
        (lost, false) => warning::damaged(lost),
    };
    Ok(Some(Picture {
        warning: Some(warning),
        ..Picture::whole(width, height, rgb)
    }))
}

/// The samples with all readable rows, and the percentage of the picture that is missing.
fn rows<R: BufRead + Seek>(reader: &mut Reader<R>, samples: usize) -> Option<(Vec<u8>, usize)> {
    let (width, height) = (reader.info().width as usize, reader.info().height as usize);
    let stride = width * samples;
    let mut all = vec![UNREAD; stride.checked_mul(height)?];
    let (mut next, mut read) = (0, 0);
    while let Ok(Some(row)) = reader.next_interlaced_row() {
        match row.interlace() {
            InterlaceInfo::Null(_) => {
                all.get_mut(next * stride..(next + 1) * stride)?
                    .copy_from_slice(row.data());
                next += 1;
                read += width;
            }
            // Each pixel of a pass fills the block that it represents.
            InterlaceInfo::Adam7(pass) => {
                splat_interlaced_row(&mut all, stride, row.data(), pass, 8 * samples as u8);
                read += row.data().len() / samples;
            }
        }
    }
    let lost = (width * height).saturating_sub(read);
    Some((all, (lost * 100).div_ceil((width * height).max(1))))
}

fn to_rgb(samples: &[u8], kind: ColorType) -> Vec<u8> {
    let pixels = samples.chunks_exact(kind.samples());
    pixels
        .flat_map(|pixel| match *pixel {
            [grey] => [grey; 3],
            [grey, alpha] => composite_over_white([grey, grey, grey, alpha]),
            [red, green, blue] => [red, green, blue],
            [red, green, blue, alpha] => composite_over_white([red, green, blue, alpha]),
            _ => [UNREAD; 3],
        })
        .collect()
}
