//! JPEG in full, by the fastest decoder of all pixels.

use std::io::Cursor;

use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::super::limits::area;
use super::super::{Limits, Picture};
use super::Refusal;
use super::header::Coding;
use super::planes::Scaled;
use crate::engine::cancel::CancelReader;

/// Most pixels along a side of a JPEG.
const MAX_SIDE: usize = u16::MAX as usize;

/// Decodes a whole file of grey or colour; four inks are left to the decoder that knows their profiles.
pub fn decode(
    bytes: &[u8],
    (full_width, full_height): (u32, u32),
    coding: Coding,
    limits: &mut Limits<'_>,
) -> Result<Picture, Refusal> {
    let reader = CancelReader::new(Cursor::new(bytes), limits.cancel);
    let options = DecoderOptions::default()
        .set_max_width(MAX_SIDE)
        .set_max_height(MAX_SIDE)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(reader, options);
    decoder.decode_headers()?;
    let is_read = matches!(
        decoder.input_colorspace(),
        Some(ColorSpace::Luma | ColorSpace::YCbCr | ColorSpace::RGB)
    );
    let size = (full_width as usize, full_height as usize);
    if !is_read || decoder.dimensions() != Some(size) {
        return Err(Refusal::Decoder);
    }
    let coefficients = match coding {
        Coding::Sequential => 0,
        Coding::Progressive => area(full_width, full_height, 6),
    };
    let need = area(full_width, full_height, 4).saturating_add(coefficients);
    limits
        .reserve(full_width, full_height, need)
        .map_err(Refusal::Limit)?;
    let rgb = decoder.decode()?;
    Ok(super::picture(
        Scaled {
            width: full_width,
            height: full_height,
            rgb,
        },
        (full_width, full_height),
        None,
    ))
}
