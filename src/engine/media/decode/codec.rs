//! Decoders of the image crate, with memory limits.

use std::io::Cursor;

use image::{ColorType, ImageDecoder, ImageFormat, ImageReader};

use super::DecodeLimits;
use crate::engine::cancel::CancelReader;

/// Opens the image crate's decoder for this format.
pub fn decoder<'a>(
    bytes: &'a [u8],
    format: ImageFormat,
    limits: &DecodeLimits<'a>,
) -> Result<impl ImageDecoder + 'a, image::ImageError> {
    let reader = CancelReader::new(Cursor::new(bytes), limits.cancel);
    let mut reader = ImageReader::with_format(reader, format);
    let mut own_limits = image::Limits::default();
    own_limits.max_alloc = Some(limits.most_allocated());
    reader.limits(own_limits);
    reader.into_decoder()
}

/// Upper bound of the bytes per pixel that decoding allocates: the decoder's output, its internal buffers, and the
/// 8-bit RGB result.
pub fn bytes_per_pixel(format: ImageFormat, colour: ColorType) -> u64 {
    let given = u64::from(colour.bytes_per_pixel());
    let made = match colour {
        ColorType::Rgb8 | ColorType::Rgba8 => 0,
        // Alpha is composited from an 8-bit RGBA copy.
        _ if colour.has_alpha() => 4,
        _ => 3,
    };
    let kept = match format {
        // DCT coefficients of a progressive file.
        ImageFormat::Jpeg => 6,
        // The canvas and the current frame.
        ImageFormat::Gif | ImageFormat::WebP => 4,
        // A copy of all samples.
        ImageFormat::Tiff => given,
        _ => 0,
    };
    // The decoder is dropped before the pixels are converted.
    given + made.max(kept)
}
