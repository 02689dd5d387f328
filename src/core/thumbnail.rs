//! Thumbnails as they are kept: small JPEGs.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageError};

use super::decode::Pixels;

/// Length of a thumbnail's long side in pixels.
pub const THUMBNAIL_SIDE: u32 = 320;

/// Usual JPEG quality, 1 to 100.
pub const QUALITY: u8 = 80;

/// Encodes an upright picture with a JPEG quality of 1 to 100.
///
/// # Errors
/// If it has no pixels.
pub fn encode(pixels: &Pixels, quality: u8) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::with_capacity(pixels.rgb.len() / 8);
    JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100)).encode(
        &pixels.rgb,
        pixels.width,
        pixels.height,
        ExtendedColorType::Rgb8,
    )?;
    Ok(bytes)
}
