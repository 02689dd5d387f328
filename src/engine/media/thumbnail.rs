//! Encodes thumbnails as small JPEGs.

use jpeg_encoder::{ColorType, Encoder, EncodingError};

use super::decode::Pixels;

/// Long side of a thumbnail in pixels.
pub const THUMBNAIL_SIDE: u32 = 320;

/// Default JPEG quality, from 1 to 100.
pub const QUALITY: u8 = 80;

/// Encodes an upright picture with a JPEG quality from 1 to 100.
///
/// # Errors
/// Returns an error if the picture has no pixels, or a side of more than 65,535 pixels.
pub fn encode(pixels: &Pixels, quality: u8) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::with_capacity(pixels.rgb.len() / 8);
    // The encoder rejects a side of 0.
    let [width, height] = [pixels.width, pixels.height].map(|n| u16::try_from(n).unwrap_or(0));
    Encoder::new(&mut bytes, quality.clamp(1, 100)).encode(
        &pixels.rgb,
        width,
        height,
        ColorType::Rgb,
    )?;
    Ok(bytes)
}
