//! Full-size JPEG decoding with the fastest decoder.

use std::io::Cursor;

use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::super::limits::area;
use super::super::{DecodeError, DecodeLimits, Picture};
use super::header::Coding;
use super::planes::Scaled;
use crate::engine::cancel::CancelReader;

/// Maximum side in pixels.
const MAX_SIDE: usize = u16::MAX as usize;

/// Decodes a greyscale or colour file. Returns no picture if another decoder may do better: for CMYK, whose profiles
/// this decoder does not apply, and for files that it rejects.
pub fn decode(
    bytes: &[u8],
    (full_width, full_height): (u32, u32),
    coding: Coding,
    limits: &mut DecodeLimits<'_>,
) -> Result<Option<Picture>, DecodeError> {
    let reader = CancelReader::new(Cursor::new(bytes), limits.cancel);
    let options = DecoderOptions::default()
        .set_max_width(MAX_SIDE)
        .set_max_height(MAX_SIDE)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(reader, options);
    if decoder.decode_headers().is_err() {
        return Ok(None);
    }
    let is_read = matches!(
        decoder.input_colorspace(),
        Some(ColorSpace::Luma | ColorSpace::YCbCr | ColorSpace::RGB)
    );
    let size = (full_width as usize, full_height as usize);
    if !is_read || decoder.dimensions() != Some(size) {
        return Ok(None);
    }
    let coefficients = match coding {
        Coding::Sequential => 0,
        Coding::Progressive => area(full_width, full_height, 6),
    };
    let need = area(full_width, full_height, 4).saturating_add(coefficients);
    limits.reserve(full_width, full_height, need)?;
    let rgb = match decoder.decode() {
        Ok(rgb) => rgb,
        Err(_) if limits.cancel.is_cancelled() => return Err(DecodeError::Cancelled),
        Err(_) => return Ok(None),
    };
    Ok(Some(super::picture(
        Scaled {
            width: full_width,
            height: full_height,
            rgb,
        },
        (full_width, full_height),
        None,
    )))
}
